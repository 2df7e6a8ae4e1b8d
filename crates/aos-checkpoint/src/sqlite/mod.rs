//! The store in one SQLite file.
//!
//! Suggested reading order: `schema.sql`, `writer`, `batch`, `append`, then the other calls.

mod append;
mod batch;
mod budget;
mod command;
mod create;
mod error;
mod jsonb;
mod keys;
mod lease;
mod list;
mod load;
mod migrate;
mod number;
mod open;
#[cfg(test)]
mod plans;
mod policy;
mod rate;
mod save;
mod switch;
mod worker;
mod worker_lock;
mod writer;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use aos_spec::{
    RunId, WorkerId,
    journal::{JournalRow, RunHeader, StoredRun},
    port::{CheckpointStore, CheckpointUpdate, Clock, Lease, RunFilter, RunRequest, RunSummary, StoreError},
};
use async_trait::async_trait;
use sqlx::SqlitePool;
use tokio::sync::{mpsc, oneshot};

pub use open::SqliteOptions;

use append::Append;
use command::{Call, Command, Other};
use create::Create;
use error::{closed, unavailable};
use save::Save;
use worker_lock::{LockFolder, WorkerLocks};
use writer::{Counters, Message, Writer};

/// Keeps runs in one SQLite file, which several processes on one machine may use at the same time.
///
/// What a call changed is on the disk when it returns. Callers that write at the same time share one flush of the
/// disk, so that many runs together are far faster than one after the other. Clones share the connections.
///
/// A worker whose process ends, in whatever way, is noticed at once by the other processes on the machine. Each process
/// needs worker ids of its own: one that another process uses is [`StoreError::Unavailable`].
///
/// Dropping the last clone leaves the writer to finish what is queued; [`close`](SqliteCheckpointStore::close) waits
/// for that. It needs a tokio runtime with time enabled.
#[derive(Clone)]
pub struct SqliteCheckpointStore {
    path: Arc<Path>,
    clock: Arc<dyn Clock>,
    messages: mpsc::UnboundedSender<Message>,
    readers: SqlitePool,
    locks: LockFolder,
    counters: Arc<Counters>,
}

/// How often the store has flushed the disk, and for how many calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommitStats {
    /// The number of transactions.
    pub commits: u64,
    /// The number of calls that they carried.
    pub calls: u64,
}

impl std::fmt::Debug for SqliteCheckpointStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteCheckpointStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SqliteCheckpointStore {
    /// Opens the store, creates it with its folder when it is not there, and brings an older one to the present format.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the file cannot be opened or is no store; [`StoreError::TooNew`] when a newer
    /// version of this program wrote it.
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the file exists or not; opening it again goes on from there.
    pub async fn open(options: SqliteOptions) -> Result<Self, StoreError> {
        let (conn, path) = open::open_writer(&options).await?;
        let locks = LockFolder::beside(&path);
        let counters = Arc::new(Counters::default());
        let (messages, received) = mpsc::unbounded_channel();
        let readers = open::readers(&path);
        let writer = Writer {
            conn,
            readers: readers.clone(),
            path: Arc::clone(&path),
            clock: Arc::clone(&options.clock),
            locks: WorkerLocks::new(locks.clone()),
            counters: Arc::clone(&counters),
        };
        tokio::spawn(writer.run(received));
        Ok(Self {
            path,
            clock: options.clock,
            messages,
            readers,
            locks,
            counters,
        })
    }

    /// Waits until everything that was asked for is done, retires the workers of this process, and closes the file, for
    /// all clones. Whatever is asked of them afterwards is [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: the store closes all the same, unless the future was never polled.
    pub async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.messages.send(Message::Close(closed)).is_ok() {
            let _ = done.await;
        }
    }

    /// Returns how often this handle and its clones have flushed the disk, and for how many calls.
    #[must_use]
    pub fn commit_stats(&self) -> CommitStats {
        CommitStats {
            commits: self.counters.commits.load(Ordering::Relaxed),
            calls: self.counters.calls.load(Ordering::Relaxed),
        }
    }

    /// Queues a call and waits for its answer.
    async fn ask<Q, A>(&self, command: impl FnOnce(Call<Q, A>) -> Command, ask: Q) -> Result<A, StoreError> {
        let (call, answer) = Call::new(ask);
        // The queue has no bound of its own: each caller waits for its answer, so there are as many calls as callers.
        let message = Message::Command(command(call));
        self.messages.send(message).map_err(|_| closed(&self.path))?;
        answer.await.unwrap_or_else(|_| {
            let path = self.path.display();
            Err(StoreError::Ambiguous(format!(
                "the writer of `{path}` ended before it answered"
            )))
        })
    }
}

#[async_trait]
impl CheckpointStore for SqliteCheckpointStore {
    async fn heartbeat(
        &self,
        worker: &WorkerId,
        ttl: Duration,
    ) -> Result<Vec<(RunId, RunRequest)>, StoreError> {
        let command = |call| Command::Other(Other::Heartbeat(call));
        self.ask(command, (worker.clone(), ttl)).await
    }

    async fn create(&self, header: &RunHeader, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.ask(Command::Create, Create::new(header, worker)?).await
    }

    async fn acquire(&self, run_id: &RunId, worker: &WorkerId) -> Result<Lease, StoreError> {
        let command = |call| Command::Other(Other::Acquire(call));
        self.ask(command, (run_id.clone(), worker.clone())).await
    }

    async fn append(&self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError> {
        self.ask(Command::Append, Append::new(lease, &rows)).await
    }

    async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> Result<u64, StoreError> {
        self.ask(Command::Save, Save::new(lease, &update)?).await
    }

    async fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError> {
        load::load(&self.readers, run_id)
            .await
            .map_err(|fault| fault.at(&self.path))
    }

    async fn delete(&self, run_id: &RunId) -> Result<bool, StoreError> {
        let command = |call| Command::Other(Other::Delete(call));
        self.ask(command, run_id.clone()).await
    }

    async fn list(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        list::list(&self.readers, &self.locks, filter, self.clock.now())
            .await
            .map_err(|error| unavailable(&self.path, &error))
    }

    async fn request(&self, run_id: &RunId, request: RunRequest) -> Result<bool, StoreError> {
        let command = |call| Command::Other(Other::Request(call));
        self.ask(command, (run_id.clone(), request)).await
    }

    async fn retire(&self, worker: &WorkerId) -> Result<(), StoreError> {
        let command = |call| Command::Other(Other::Retire(call));
        self.ask(command, worker.clone()).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select version from aos_migrations")
            .fetch_all(&self.readers)
            .await
            .map(|_| ())
            .map_err(|error| unavailable(&self.path, &error))
    }
}
