//! The store that keeps everything in memory.

mod policy;
mod run;
mod state;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aos_spec::{
    RunId, Timestamp, WorkerId,
    journal::{JournalRow, RunHeader, StoredRun},
    port::{CheckpointStore, CheckpointUpdate, Clock, Lease, RunFilter, RunRequest, RunSummary, StoreError},
};
use async_trait::async_trait;

use state::State;

/// Keeps runs in memory, and forgets them when the last clone is dropped.
///
/// It is the plainest reading of the contract, and the model that other stores are compared with.
#[derive(Clone)]
pub struct InMemoryCheckpointStore {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for InMemoryCheckpointStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InMemoryCheckpointStore").finish_non_exhaustive()
    }
}

impl InMemoryCheckpointStore {
    /// Returns an empty store that takes the time from `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Arc::default(),
        }
    }

    /// Does `work` at one instant.
    fn at_once<T>(&self, work: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        // A panic cannot leave a change half done: `State` changes only after everything was checked.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut state, self.clock.now())
    }
}

#[async_trait]
impl CheckpointStore for InMemoryCheckpointStore {
    async fn heartbeat(
        &self,
        worker: &WorkerId,
        ttl: Duration,
    ) -> Result<Vec<(RunId, RunRequest)>, StoreError> {
        Ok(self.at_once(|state, now| state.heartbeat(worker, now.saturating_add(ttl))))
    }

    async fn create(&self, header: &RunHeader, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.at_once(|state, now| state.create(header, worker, now))
    }

    async fn acquire(&self, run_id: &RunId, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.at_once(|state, now| state.acquire(run_id, worker, now))
    }

    async fn append(&self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError> {
        self.at_once(|state, _| state.append(lease, rows))
    }

    async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> Result<u64, StoreError> {
        self.at_once(|state, now| state.save(lease, update, now))
    }

    async fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError> {
        self.at_once(|state, _| state.load(run_id))
    }

    async fn delete(&self, run_id: &RunId) -> Result<bool, StoreError> {
        self.at_once(|state, now| state.delete(run_id, now))
    }

    async fn list(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        Ok(self.at_once(|state, now| state.list(filter, now)))
    }

    async fn request(&self, run_id: &RunId, request: RunRequest) -> Result<bool, StoreError> {
        self.at_once(|state, now| state.request(run_id, request, now))
    }

    async fn retire(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.at_once(|state, _| state.retire(worker));
        Ok(())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
