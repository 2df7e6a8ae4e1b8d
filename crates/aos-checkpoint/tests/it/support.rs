//! Stores to test, and what to put into them.

use std::{path::PathBuf, sync::Arc, time::Duration};

use aos_checkpoint::{
    InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions,
    conformance::{Connection, Harness, ManualClock},
};
use aos_spec::{
    ContentHash, RunId, Seed, StepDescriptor, StepIndex, WorkerId, WorkflowPlan, WorkflowSpec,
    journal::{JournalRow, RowKind, RunHeader},
    port::CheckpointStore,
};
use sqlx::{ConnectOptions, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

pub(crate) const TTL: Duration = Duration::from_secs(10);

/// A store in memory.
pub(crate) struct InMemory {
    pub(crate) clock: ManualClock,
    pub(crate) store: InMemoryCheckpointStore,
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
    async fn connect(&self) -> Connection {
        Connection::new(self.store.clone())
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

/// A store in a file of its own.
pub(crate) struct InFile {
    pub(crate) clock: ManualClock,
    pub(crate) folder: TempDir,
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

    pub(crate) fn options(&self) -> SqliteOptions {
        SqliteOptions::new(self.path()).clock(Arc::new(self.clock.clone()))
    }

    /// Opens the store once more, as another process does.
    pub(crate) async fn open(&self) -> SqliteCheckpointStore {
        SqliteCheckpointStore::open(self.options()).await.unwrap()
    }

    /// Opens the file without the store.
    pub(crate) async fn connect_below(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path());
        options.connect().await.unwrap()
    }

    /// Does what only a bug or a fault can do.
    pub(crate) async fn tamper(&self, sql: &'static str) {
        self.connect_below().await.execute(sql).await.unwrap();
    }
}

#[async_trait::async_trait]
impl Harness for InFile {
    async fn connect(&self) -> Connection {
        Connection::new(self.open().await)
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

pub(crate) fn run_id(run: &str) -> RunId {
    run.parse().unwrap()
}

pub(crate) fn worker(name: &str) -> WorkerId {
    name.parse().unwrap()
}

/// Registers a worker.
pub(crate) async fn registered(store: &dyn CheckpointStore, name: &str) -> WorkerId {
    let worker = worker(name);
    store.heartbeat(&worker, TTL).await.unwrap();
    worker
}

/// Returns the header of a run of a workflow of one step.
pub(crate) fn header(run: &str) -> RunHeader {
    let step = StepDescriptor::new("only".parse().unwrap(), "noop".parse().unwrap());
    let spec = WorkflowSpec::new("workflow".parse().unwrap(), vec![step]);
    let plan = WorkflowPlan::new(spec).unwrap();
    RunHeader::new(run_id(run), &plan, Seed(7), serde_json::Map::new())
}

/// Returns a row whose body has `size` bytes.
pub(crate) fn row(step: u32, size: usize) -> JournalRow {
    body_row(step, format!("\"{}\"", "x".repeat(size - 2)))
}

/// Returns the row for the end of `step`.
pub(crate) fn body_row(step: u32, body: String) -> JournalRow {
    JournalRow {
        step: StepIndex(step),
        kind: RowKind::Ended,
        attempt: 0,
        hash: ContentHash::of_bytes(body.as_bytes()),
        body,
        duration_ms: 12,
        elapsed_ms: 345,
    }
}
