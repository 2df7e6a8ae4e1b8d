//! Crashes of the real driver. Everything that it does to the world passes a gate; after a given number of passages the
//! gate closes for good, and whoever dropped the driver then has made it crash at that very instant.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aos_spec::{
    RunId, SkillManifest, StepContext, StepFailure, WorkerId,
    budget::{Account, BudgetUsage, Hold, Holding},
    journal::{JournalRow, RunHeader, StoredRun},
    port::{
        BudgetLedger, CheckpointStore, CheckpointUpdate, IdempotencyKeys, KeyAnswer, KeyClaim, Lease,
        PolicyStore, RunFilter, RunRequest, RunSummary, Skill, StoreError,
    },
    skill::SkillOutput,
};
use async_trait::async_trait;
use tokio::sync::Notify;

/// Lets a number of passages through, and none after them.
#[derive(Debug)]
pub struct Gate {
    limit: usize,
    passages: AtomicUsize,
    closed: Notify,
}

impl Gate {
    /// Returns a gate that lets `limit` passages through.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            passages: AtomicUsize::new(0),
            closed: Notify::new(),
        })
    }

    /// Waits until somebody stands before the closed gate.
    pub async fn crashed(&self) {
        self.closed.notified().await;
    }

    async fn pass(&self) {
        if self.passages.fetch_add(1, Ordering::SeqCst) >= self.limit {
            self.closed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// A store, or a skill, that passes the gate before and after everything it does.
#[derive(Debug)]
pub struct Gated<T> {
    inner: T,
    gate: Arc<Gate>,
}

impl<T> Gated<T> {
    /// Returns `inner` behind `gate`.
    pub const fn new(inner: T, gate: Arc<Gate>) -> Self {
        Self { inner, gate }
    }

    async fn through<R>(&self, work: impl Future<Output = R> + Send) -> R {
        self.gate.pass().await;
        let result = work.await;
        self.gate.pass().await;
        result
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Skill for Gated<Arc<dyn Skill>> {
    fn manifest(&self) -> &SkillManifest {
        self.inner.manifest()
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        self.through(self.inner.invoke(context)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl CheckpointStore for Gated<Arc<dyn CheckpointStore>> {
    async fn heartbeat(
        &self,
        worker: &WorkerId,
        ttl: Duration,
    ) -> Result<Vec<(RunId, RunRequest)>, StoreError> {
        self.inner.heartbeat(worker, ttl).await
    }

    async fn create(&self, header: &RunHeader, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.through(self.inner.create(header, worker)).await
    }

    async fn acquire(&self, run_id: &RunId, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.through(self.inner.acquire(run_id, worker)).await
    }

    async fn append(&self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError> {
        self.through(self.inner.append(lease, rows)).await
    }

    async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> Result<u64, StoreError> {
        self.through(self.inner.save(lease, update)).await
    }

    async fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError> {
        self.through(self.inner.load(run_id)).await
    }

    async fn delete(&self, run_id: &RunId) -> Result<bool, StoreError> {
        self.inner.delete(run_id).await
    }

    async fn list(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        self.inner.list(filter).await
    }

    async fn request(&self, run_id: &RunId, request: RunRequest) -> Result<bool, StoreError> {
        self.inner.request(run_id, request).await
    }

    async fn retire(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.inner.retire(worker).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl BudgetLedger for Gated<Arc<dyn PolicyStore>> {
    async fn hold(&self, hold: &Hold) -> Result<Holding, StoreError> {
        self.through(self.inner.hold(hold)).await
    }

    async fn usage(&self, account: &Account) -> Result<Vec<BudgetUsage>, StoreError> {
        self.inner.usage(account).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl IdempotencyKeys for Gated<Arc<dyn PolicyStore>> {
    async fn claim(&self, claim: &KeyClaim) -> Result<KeyAnswer, StoreError> {
        self.through(self.inner.claim(claim)).await
    }
}
