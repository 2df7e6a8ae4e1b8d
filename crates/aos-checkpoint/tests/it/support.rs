//! Stores to test.

use std::{path::PathBuf, sync::Arc, time::Duration};

use aos_checkpoint::{
    InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions,
    conformance::{Harness, ManualClock},
};
use aos_spec::port::CheckpointStore;
use tempfile::TempDir;

/// A store in memory.
pub(crate) struct InMemory {
    pub(crate) clock: ManualClock,
    store: InMemoryCheckpointStore,
}

impl InMemory {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::default();
        let store = InMemoryCheckpointStore::new(Arc::new(clock.clone()));
        Self { clock, store }
    }
}

#[async_trait::async_trait]
impl Harness for InMemory {
    async fn connect(&self) -> Arc<dyn CheckpointStore> {
        Arc::new(self.store.clone())
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

/// A store in a file of its own.
pub(crate) struct InFile {
    pub(crate) clock: ManualClock,
    folder: TempDir,
}

impl InFile {
    pub(crate) fn new() -> Self {
        Self {
            clock: ManualClock::default(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("aos.db")
    }

    /// Opens the store once more, as another process does.
    pub(crate) async fn open(&self) -> SqliteCheckpointStore {
        let options = SqliteOptions::new(self.path()).clock(Arc::new(self.clock.clone()));
        SqliteCheckpointStore::open(options).await.unwrap()
    }
}

#[async_trait::async_trait]
impl Harness for InFile {
    async fn connect(&self) -> Arc<dyn CheckpointStore> {
        Arc::new(self.open().await)
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}
