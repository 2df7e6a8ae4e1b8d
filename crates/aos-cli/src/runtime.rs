//! The async runtime, made by the commands that need one, when they need it.

use std::future::Future;

use tokio::runtime::Builder;

use crate::error::CliError;

/// How many threads execute the steps of a run; skills that compute for long do so in parallel.
const EXECUTOR_THREADS: usize = 4;

/// Runs `future` on this thread alone.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(unavailable)?;
    runtime.block_on(future)
}

/// Runs `future` with threads beside this one.
pub(crate) fn block_on_threads<T>(future: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(EXECUTOR_THREADS));
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(unavailable)?;
    let result = runtime.block_on(future);
    // A skill that ignores its cancellation must not keep the program from ending.
    runtime.shutdown_background();
    result
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that `map_err` asks for"
)]
fn unavailable(error: std::io::Error) -> CliError {
    CliError::new(
        aos_spec::ErrorCode::IoError,
        format!("start the runtime: {error}"),
    )
}
