//! The emergency stop: it ends running runs within a second, in every process, and they go on when it is released.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions, SystemClock};
use aos_engine::{NewRun, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_spec::{
    ErrorCode, RunStatus,
    port::{CheckpointStore, StopScope, StopSwitch, StoreError, SwitchState},
};
use aos_testkit::{
    case::Case,
    fixture,
    scripted::Ledger,
    workflows::{step, workflow},
};
use async_trait::async_trait;

/// The time within which a stop takes effect.
const SOON: Duration = Duration::from_secs(1);

/// Returns a workflow whose second step takes a while at its first attempt.
fn slow() -> Case {
    let mut case = workflow(vec![
        step("a", "pure", &[]),
        step("b", "read", &["a"]),
        step("c", "pure", &["b"]),
    ]);
    case.latency.insert("b".parse().unwrap(), Duration::from_secs(3));
    case
}

fn engine(case: &Case, store: Arc<dyn CheckpointStore>, policy: PolicyEnforcer) -> WorkflowEngine {
    let calls = Arc::new(Ledger::default());
    WorkflowEngine::builder(store, fixture::skills(case, &calls), fixture::worker_id())
        .policy(Arc::new(policy))
        .build()
}

fn new_run(case: &Case) -> NewRun {
    NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed)
}

#[tokio::test]
async fn a_stop_by_another_process_ends_a_long_step_within_a_second_and_the_run_goes_on_when_released() {
    for scope in ["all", "workflow/w", "skill/read"] {
        let scope: StopScope = scope.parse().unwrap();
        let folder = tempfile::tempdir().expect("a folder");
        let open = || SqliteCheckpointStore::open(SqliteOptions::new(folder.path().join("aos.db")));
        let (store, other) = (open().await.unwrap(), open().await.unwrap());
        let case = slow();
        let policy = PolicyEnforcer::builder(PolicyConfig::unlimited()).switch(Arc::new(store.clone()));
        let engine = engine(&case, Arc::new(store.clone()), policy.build().unwrap());
        let run = tokio::spawn({
            let (engine, run) = (engine.clone(), new_run(&case));
            async move { engine.run(run).await.expect("nothing fails but steps") }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        other.stop(&scope, "a drill").await.unwrap();
        let result = run.await.unwrap();
        assert!(began.elapsed() < SOON, "{scope}: it took {:?}", began.elapsed());
        assert_eq!(
            result.status,
            RunStatus::EmergencyStopped,
            "{scope}: {:?}",
            result.error
        );
        assert_eq!(result.error_code, Some(ErrorCode::EmergencyStop));
        assert!(
            result
                .error
                .as_ref()
                .is_some_and(|error| error.contains("a drill")),
            "{:?}",
            result.error
        );

        let still = engine.resume(&fixture::run_id()).await.unwrap();
        assert_eq!(still.status, RunStatus::EmergencyStopped, "{scope}");
        assert!(other.release(&scope, "over").await.unwrap());
        tokio::time::sleep(Duration::from_millis(250)).await;
        let result = engine.resume(&fixture::run_id()).await.unwrap();
        assert_eq!(result.status, RunStatus::Completed, "{scope}: {:?}", result.error);
        assert_eq!(result.steps_completed, 3);
        store.close().await;
        other.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_environment_is_read_at_every_check() {
    static IS_ON: AtomicBool = AtomicBool::new(false);
    let case = slow();
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    let policy = PolicyEnforcer::builder(PolicyConfig::unlimited()).environment(|name| {
        (name == "WORKFLOW_EMERGENCY_STOP" && IS_ON.load(Ordering::SeqCst)).then(|| "true".into())
    });
    let engine = engine(&case, store, policy.build().unwrap());
    let (result, ()) = tokio::join!(engine.run(new_run(&case)), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        IS_ON.store(true, Ordering::SeqCst);
    });
    assert_eq!(result.unwrap().status, RunStatus::EmergencyStopped);
    IS_ON.store(false, Ordering::SeqCst);
    assert_eq!(
        engine.resume(&fixture::run_id()).await.unwrap().status,
        RunStatus::Completed
    );
}

struct Unreadable;

#[async_trait]
impl StopSwitch for Unreadable {
    async fn read(&self) -> Result<SwitchState, StoreError> {
        Err(StoreError::Unavailable("the disk is gone".into()))
    }

    async fn stop(&self, _: &StopScope, _: &str) -> Result<u64, StoreError> {
        Err(StoreError::Unavailable("the disk is gone".into()))
    }

    async fn release(&self, _: &StopScope, _: &str) -> Result<bool, StoreError> {
        Err(StoreError::Unavailable("the disk is gone".into()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_cannot_be_read_counts_as_on() {
    let case = slow();
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    let policy = PolicyEnforcer::builder(PolicyConfig::unlimited()).switch(Arc::new(Unreadable));
    let result = engine(&case, store, policy.build().unwrap())
        .run(new_run(&case))
        .await
        .unwrap();
    assert_eq!(result.status, RunStatus::EmergencyStopped);
    assert_eq!(result.steps_completed, 0);
}
