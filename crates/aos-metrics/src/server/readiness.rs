//! Whether the process can do its work.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use aos_spec::port::CheckpointStore;

/// How long an answer may take; a store that takes longer is of no use to a run either.
const PATIENCE: Duration = Duration::from_secs(2);

type Check = dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync;

/// Answers whether the process can do its work, asked anew for each request of `/readyz`.
#[derive(Clone)]
pub struct Readiness(Arc<Check>);

impl Readiness {
    /// Returns the readiness that `check` answers; an error says in a few words why not.
    pub fn new<F, A>(check: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }

    /// Returns the readiness of a process that needs `store`.
    #[must_use]
    pub fn of_store(store: Arc<dyn CheckpointStore>) -> Self {
        Self::new(move || {
            let store = Arc::clone(&store);
            async move { store.ping().await.map_err(|error| error.to_string()) }
        })
    }

    pub(super) async fn ask(&self) -> Result<(), String> {
        let answer = tokio::time::timeout(PATIENCE, (self.0)()).await;
        answer.unwrap_or_else(|_| Err(format!("no answer within {} seconds", PATIENCE.as_secs())))
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness").finish_non_exhaustive()
    }
}
