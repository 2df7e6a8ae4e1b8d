//! Asking a store again. All writes of the port may be repeated: what is there already counts as done.
//!
//! `of` says in the log whose write it is: the id of a run or a worker.

use std::time::Duration;

use aos_spec::{failure::ErrorClass, port::StoreError};

/// How often a write is tried again, and the first wait before that.
const RETRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(20);

/// Performs a write of a run that is under way, again as long as its failure may pass.
pub(crate) async fn persistently<T, F>(of: &str, write: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    repeat(of, write, |class| {
        matches!(class, ErrorClass::Transient | ErrorClass::Ambiguous)
    })
    .await
}

/// Performs a write for somebody who waits for it, again as long as nobody knows whether it took effect. What did not
/// take effect is left to the caller to ask for again.
pub(crate) async fn known<T, F>(of: &str, write: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    repeat(of, write, |class| class == ErrorClass::Ambiguous).await
}

async fn repeat<T, F>(
    of: &str,
    mut write: impl FnMut() -> F,
    may_repeat: impl Fn(ErrorClass) -> bool,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for retry in 0..RETRIES {
        match write().await {
            Err(error) if may_repeat(error.class()) => {
                tracing::warn!(of, %error, retry, "a write to the store failed; trying again");
                tokio::time::sleep(FIRST_WAIT * 2_u32.pow(retry)).await;
            }
            outcome => return outcome,
        }
    }
    write().await
}
