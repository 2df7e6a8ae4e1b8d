//! A store and engines on it, for tests of what happens to runs from outside.

use std::{sync::Arc, time::Duration};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{NewRun, WorkflowEngine};
use aos_spec::{WorkflowResult, port::CheckpointStore, workflow::TimeoutSeconds};
use aos_testkit::{case::Case, fixture, scripted::Ledger};

/// A store and engines on it that share a ledger.
pub(crate) struct Setup {
    pub(crate) store: Arc<dyn CheckpointStore>,
    pub(crate) case: Case,
    pub(crate) ledger: Arc<Ledger>,
}

impl Setup {
    pub(crate) fn new(case: Case) -> Self {
        let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
        Self {
            store,
            case,
            ledger: Arc::default(),
        }
    }

    pub(crate) fn engine(&self) -> WorkflowEngine {
        let skills = fixture::skills(&self.case, &self.ledger);
        WorkflowEngine::builder(Arc::clone(&self.store), skills, fixture::worker_id()).build()
    }

    pub(crate) fn new_run(&self) -> NewRun {
        NewRun::new(Arc::clone(&self.case.plan), fixture::run_id(), self.case.seed)
    }

    pub(crate) async fn run(&self) -> WorkflowResult {
        self.engine()
            .run(self.new_run())
            .await
            .expect("nothing fails but steps")
    }

    pub(crate) fn n_calls(&self) -> u32 {
        self.ledger.calls().values().sum()
    }

    /// Runs until `step` has been called, and then crashes.
    pub(crate) async fn crash_in(&self, step: &str) {
        let engine = self.engine();
        let called = async {
            while !self
                .ledger
                .calls()
                .keys()
                .any(|(called, _)| called.as_str() == step)
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            _ = engine.run(self.new_run()) => panic!("it ended before it crashed"),
            () = called => {}
        }
        engine.close().await.expect("the store works");
    }
}

pub(crate) fn slow(case: Case, step: &str, latency: Duration) -> Case {
    let mut case = case;
    case.latency.insert(step.parse().expect("valid"), latency);
    case
}

pub(crate) fn seconds(seconds: u64) -> Option<TimeoutSeconds> {
    TimeoutSeconds::new(Duration::from_secs(seconds))
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
