//! Answers of the store that are lost on the way: the write took effect, and nobody was told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aos_engine::{NewRun, Settlement, WorkflowEngine};
use aos_spec::{
    RunId, RunStatus, WorkerId,
    journal::{JournalRow, RunHeader, StoredRun},
    port::{CheckpointStore, CheckpointUpdate, Lease, RunFilter, RunRequest, RunSummary, StoreError},
};
use aos_testkit::{
    fixture, model,
    workflows::{step, workflow},
};
use async_trait::async_trait;
use serde_json::json;

use crate::setup::{MINUTE, Setup, slow};

/// A store of which every other answer to a write is lost.
struct Forgetful {
    inner: Arc<dyn CheckpointStore>,
    has_forgotten: AtomicBool,
}

impl Forgetful {
    fn answer<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        let answer = answer?;
        if self.has_forgotten.fetch_not(Ordering::SeqCst) {
            Ok(answer)
        } else {
            Err(StoreError::Ambiguous("the answer was lost".into()))
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl CheckpointStore for Forgetful {
    async fn heartbeat(
        &self,
        worker: &WorkerId,
        ttl: Duration,
    ) -> Result<Vec<(RunId, RunRequest)>, StoreError> {
        self.answer(self.inner.heartbeat(worker, ttl).await)
    }

    async fn create(&self, header: &RunHeader, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.answer(self.inner.create(header, worker).await)
    }

    async fn acquire(&self, run_id: &RunId, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.answer(self.inner.acquire(run_id, worker).await)
    }

    async fn append(&self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError> {
        self.answer(self.inner.append(lease, rows).await)
    }

    async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> Result<u64, StoreError> {
        self.answer(self.inner.save(lease, update).await)
    }

    async fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError> {
        self.inner.load(run_id).await
    }

    async fn delete(&self, run_id: &RunId) -> Result<bool, StoreError> {
        self.answer(self.inner.delete(run_id).await)
    }

    async fn list(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        self.inner.list(filter).await
    }

    async fn request(&self, run_id: &RunId, request: RunRequest) -> Result<bool, StoreError> {
        self.answer(self.inner.request(run_id, request).await)
    }

    async fn retire(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.answer(self.inner.retire(worker).await)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}

/// Returns an engine on the store of `setup` behind lost answers; `first` says whether the first of them is lost.
fn engine(setup: &Setup, first: bool) -> WorkflowEngine {
    let store = Forgetful {
        inner: Arc::clone(&setup.store),
        has_forgotten: AtomicBool::new(!first),
    };
    let skills = fixture::skills(&setup.case, &setup.ledger);
    WorkflowEngine::builder(Arc::new(store), skills, fixture::worker_id()).build()
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_answers_are_lost_ends_as_any_other_and_repeats_nothing() {
    for first in [false, true] {
        let setup = Setup::new(workflow(vec![
            step("a", "once", &[]),
            step("b", "idempotent", &["a"]),
            step("c", "once", &["b"]),
        ]));
        let result = engine(&setup, first).run(setup.new_run()).await;
        assert_eq!(
            fixture::canonical(&result.expect("what is lost is asked for again")),
            fixture::canonical(&model::expected(&setup.case))
        );
        assert_eq!(setup.n_calls(), 3, "lost first: {first}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resume_a_settlement_and_a_request_survive_lost_answers() {
    for first in [false, true] {
        let setup = Setup::new(slow(
            workflow(vec![step("a", "once", &[]), step("b", "read", &["a"])]),
            "a",
            MINUTE,
        ));
        setup.crash_in("a").await;
        let waiting = engine(&setup, first).resume(&fixture::run_id()).await;
        assert_eq!(waiting.expect("it is asked again").status, RunStatus::Suspended);
        let step_id = "a".parse().expect("valid");
        let settled = engine(&setup, first)
            .settle(&fixture::run_id(), &step_id, Settlement::Completed(json!(1)))
            .await;
        assert_eq!(settled.expect("it is asked again").status, RunStatus::Paused);
        let cancelled = engine(&setup, first).cancel(&fixture::run_id()).await;
        assert!(cancelled.is_ok(), "{cancelled:?}");
        let run = NewRun::new(Arc::clone(&setup.case.plan), fixture::run_id(), setup.case.seed);
        let ended = engine(&setup, first).run(run).await.expect("it has ended");
        assert_eq!(
            (ended.status, ended.step_results.len()),
            (RunStatus::Cancelled, 1)
        );
    }
}
