//! Work that takes longer than a task may hold its thread: files, and computation over all of a step's data.

use std::panic;

use aos_spec::{ErrorCode, StepFailure};
use tokio::task;

/// Runs `work` on a thread for blocking work and returns its result. A panic goes on in the caller.
///
/// # Cancel safety
///
/// When dropped early, `work` goes on to its end and its result is lost.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StepFailure> + Send + 'static,
) -> Result<T, StepFailure> {
    match task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => panic::resume_unwind(panic),
            Err(_) => Err(StepFailure::new(
                ErrorCode::Cancelled,
                "the program is shutting down",
            )),
        },
    }
}
