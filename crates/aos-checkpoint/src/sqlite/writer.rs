//! The one task that writes: it commits whatever is queued in one transaction, then answers all callers.
//!
//! Nobody waits for a batch to fill. While one batch is on its way to the disk the next one queues up, so that a flush
//! is shared by as many callers as there are. Callers only queue and wait; dropping their futures cannot interrupt a
//! transaction.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aos_spec::{
    Timestamp, WorkerId,
    port::{Clock, StoreError},
};
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};
use tracing::Instrument;

use super::{
    append,
    batch::{Batch, MAX_CALLS},
    budget,
    command::{Command, Other},
    create,
    error::{ambiguous, is_refusal, unavailable},
    keys, lease, rate, save, switch, worker,
    worker_lock::WorkerLocks,
};

/// How long callers that were just answered are given to ask again before the next batch leaves without them. Without
/// it two groups form that take turns, each flush carrying half of the callers.
const REJOIN: Duration = Duration::from_micros(50);

/// What reaches the writer.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every message is a command")]
pub(super) enum Message {
    Command(Command),
    /// Stop after everything before this.
    Close(oneshot::Sender<()>),
}

/// How many transactions were committed, and how many calls they carried.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) commits: AtomicU64,
    pub(super) calls: AtomicU64,
}

/// Owns the only connection that writes.
pub(super) struct Writer {
    pub(super) conn: SqliteConnection,
    pub(super) readers: SqlitePool,
    pub(super) path: Arc<Path>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) locks: WorkerLocks,
    pub(super) counters: Arc<Counters>,
}

impl Writer {
    /// Works until the store is closed or all its handles are dropped, and until the queue is empty.
    pub(super) async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut closing = Vec::new();
        let mut queue = VecDeque::new();
        let mut received = Vec::new();
        loop {
            if queue.is_empty() {
                if messages.recv_many(&mut received, MAX_CALLS).await == 0 {
                    break;
                }
            } else {
                while received.len() < MAX_CALLS
                    && let Ok(message) = messages.try_recv()
                {
                    received.push(message);
                }
            }
            for message in received.drain(..) {
                match message {
                    Message::Command(command) => queue.push_back(command),
                    Message::Close(closed) => {
                        messages.close();
                        closing.push(closed);
                    }
                }
            }
            let n_calls = self.commit(Batch::take(&mut queue)).await;
            if n_calls > 1 {
                let deadline = Instant::now() + REJOIN;
                while messages.len() + queue.len() < n_calls && Instant::now() < deadline {
                    tokio::task::yield_now().await;
                }
            }
        }
        if !closing.is_empty() {
            self.retire_all().await;
        }
        // Readers first: the last connection to close, which tidies the files up, must be able to write.
        self.readers.close().await;
        if let Err(error) = self.conn.close().await {
            tracing::warn!(path = %self.path.display(), %error, "closing the store failed; nothing is lost");
        }
        for closed in closing {
            let _ = closed.send(());
        }
    }

    /// Commits `batch`, answers its callers, and returns how many they were.
    async fn commit(&mut self, mut batch: Batch) -> usize {
        let n_calls = batch.len();
        let span = tracing::debug_span!("aos.transaction", n_calls);
        let outcome = self.transact(&mut batch).instrument(span).await;
        match &outcome {
            Ok(()) => {
                self.counters.commits.fetch_add(1, Ordering::Relaxed);
                self.counters.calls.fetch_add(n_calls as u64, Ordering::Relaxed);
            }
            Err(error) => tracing::warn!(n_calls, %error, "a transaction failed"),
        }
        batch.finish(outcome.err().as_ref());
        n_calls
    }

    async fn transact(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        if batch.only_appends() {
            match append::append_together(&mut self.conn, &mut batch.appends).await {
                // Some call must be refused, and nothing was done: find out which, one by one.
                Err(error) if is_refusal(&error) => {}
                result => return result.map_err(|error| ambiguous(&self.path, &error)),
            }
        }
        let unchanged = |error: sqlx::Error| unavailable(&self.path, &error);
        let mut transaction = self.conn.begin_with("begin immediate").await.map_err(unchanged)?;
        // The time is taken under the write lock, so that it is in the order of the writes of all processes.
        let now = self.clock.now();
        let conn = &mut *transaction;
        let applied = async {
            if !batch.creates.is_empty() {
                create::create(conn, &mut batch.creates, now).await?;
            }
            if !batch.appends.is_empty() {
                append::append(conn, &mut batch.appends).await?;
            }
            if !batch.saves.is_empty() {
                save::save(conn, &mut batch.saves, now).await?;
            }
            for other in &mut batch.others {
                do_other(conn, &mut self.locks, other, now).await?;
            }
            Ok(())
        };
        applied.await.map_err(unchanged)?;
        let committed = transaction.commit().await;
        committed.map_err(|error| ambiguous(&self.path, &error))
    }

    /// Retires the workers of this process.
    async fn retire_all(&mut self) {
        let workers: Vec<WorkerId> = self.locks.workers().cloned().collect();
        for worker in workers {
            if let Err(error) = worker::retire(&mut self.conn, &mut self.locks, &worker).await {
                // Its lock ends with this process, which tells the same.
                tracing::warn!(%worker, %error, "a worker could not be retired");
            }
        }
    }
}

async fn do_other(
    conn: &mut SqliteConnection,
    locks: &mut WorkerLocks,
    other: &mut Other,
    now: Timestamp,
) -> sqlx::Result<()> {
    match other {
        Other::Heartbeat(call) => {
            let (worker, ttl) = &call.ask;
            call.answer = Some(worker::heartbeat(conn, locks, worker, *ttl, now).await?);
        }
        Other::Acquire(call) => call.answer = Some(lease::acquire(conn, locks, &call.ask, now).await?),
        Other::Request(call) => call.answer = Some(lease::request(conn, locks, &call.ask, now).await?),
        Other::Delete(call) => call.answer = Some(lease::delete(conn, locks, &call.ask, now).await?),
        Other::Retire(call) => call.answer = Some(Ok(worker::retire(conn, locks, &call.ask).await?)),
        Other::Hold(call) => call.answer = Some(budget::hold(conn, &call.ask, now).await?),
        Other::Take(call) => {
            let (limits, max_wait) = &call.ask;
            call.answer = Some(Ok(rate::take(conn, limits, *max_wait, now).await?));
        }
        Other::Claim(call) => call.answer = Some(Ok(keys::claim(conn, &call.ask, now).await?)),
        Other::Stop(call) => call.answer = Some(Ok(switch::stop(conn, &call.ask, now).await?)),
        Other::Release(call) => call.answer = Some(Ok(switch::release(conn, &call.ask, now).await?)),
    }
    Ok(())
}
