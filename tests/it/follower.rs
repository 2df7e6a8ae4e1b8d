//! What a follower reads in a store is what an observer of the engines saw, and each thing counts once.

use std::{sync::Arc, time::Duration};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions, SystemClock};
use aos_engine::{NewRun, WorkflowEngine};
use aos_metrics::{Exporter, MetricsOptions, StoreFollower};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_sandbox::PlannerSandbox;
use aos_spec::{RunId, RunStatus, WorkerId, journal::RunHeader, port::CheckpointStore};
use aos_testkit::{
    case::{Case, Scripted},
    fixture,
    scripted::Ledger,
    workflows::{self, step, workflow},
};
use serde_json::Map;

/// A store, a follower of it, and what an observer of its engines sees.
struct Setup {
    store: Arc<dyn CheckpointStore>,
    follower: StoreFollower,
    followed: Exporter,
    observed: Exporter,
}

impl Setup {
    fn new(store: Arc<dyn CheckpointStore>) -> Self {
        let options = MetricsOptions::default().with_forbidden_skills(["shell_exec"]);
        let exporter = || Exporter::new(Arc::new(SystemClock), &options);
        let followed = exporter();
        let follower = StoreFollower::new(Arc::clone(&store), followed.metrics().clone());
        Self {
            store,
            follower,
            followed,
            observed: exporter(),
        }
    }

    async fn look(&mut self) {
        let failures = self.follower.look().await.expect("the store works");
        assert!(failures.is_empty(), "{failures:?}");
    }

    fn engine(&self, case: &Case) -> WorkflowEngine {
        let skills = fixture::skills(case, &Arc::new(Ledger::default()));
        WorkflowEngine::builder(Arc::clone(&self.store), skills, fixture::worker_id())
            .observer(self.observed.observer())
            .build()
    }

    async fn run(&self, case: &Case, run_id: &str) -> RunStatus {
        let run = NewRun::new(Arc::clone(&case.plan), id(run_id), case.seed);
        self.engine(case)
            .run(run)
            .await
            .expect("nothing fails but steps")
            .status
    }

    #[track_caller]
    fn check(&self, series: &str, expect: f64) {
        let text = self.followed.render();
        assert_eq!(value(&text, series), Some(expect), "{series} in\n{text}");
    }

    /// Checks that follower and observer counted the same, as far as a store tells.
    #[track_caller]
    fn check_same(&self, told: &[&str]) {
        let (followed, observed) = (self.followed.render(), self.observed.render());
        let series = observed.lines().filter_map(|line| line.rsplit_once(' '));
        let mut n_moved = 0;
        for (series, _) in series.filter(|(series, _)| told.iter().any(|name| series.starts_with(name))) {
            let expect = value(&observed, series);
            assert_eq!(value(&followed, series), expect, "{series}");
            n_moved += usize::from(expect != Some(0.0));
        }
        assert!(n_moved > 0, "nothing has moved");
    }
}

fn id(text: &str) -> RunId {
    text.parse().expect("valid")
}

fn value(text: &str, series: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

fn memory() -> Arc<dyn CheckpointStore> {
    Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)))
}

const STATUS: &str = "nova_workflow_runs_total";
const COST: &str = "nova_workflow_cost_cents_total";

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_run_counts_as_its_observer_saw_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new(folder.path().join("aos.db"));
    let sqlite = SqliteCheckpointStore::open(options).await.expect("it opens");
    for store in [memory(), Arc::new(sqlite)] {
        let mut setup = Setup::new(store);
        setup.look().await;
        for (n, (_, case)) in workflows::all().into_iter().enumerate() {
            setup.run(&case, &format!("run-{n}")).await;
            if n % 3 == 0 {
                setup.look().await;
            }
        }
        setup.look().await;
        setup.look().await;
        setup.check_same(&[
            STATUS,
            COST,
            "nova_workflow_retries_total",
            "nova_workflow_resumes_total",
            "nova_workflow_budget_exceeded_total",
            "nova_workflow_duration_seconds_count",
            "nova_workflow_step_cost_cents{",
            "nova_workflow_running_runs",
        ]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_count_by_skill_when_each_took_one_attempt() {
    let mut setup = Setup::new(memory());
    setup.look().await;
    let steps = vec![
        step("a", "pure", &[]),
        step("b", "idempotent", &["a"]),
        step("c", "pure", &["b"]),
    ];
    setup.run(&workflow(steps), "r").await;
    setup.look().await;
    setup.check_same(&["nova_workflow_step_duration_seconds_count"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_does_not_count() {
    let mut setup = Setup::new(memory());
    let case = workflow(vec![step("a", "pure", &[])]).with("a", [Scripted::Answer(5_000_000)]);
    setup.run(&case, "old").await;
    setup.look().await;
    setup.check(COST, 0.0);
    setup.run(&case, "new").await;
    setup.look().await;
    setup.look().await;
    setup.check(COST, 5.0);
    setup.check("nova_workflow_runs_total{status=\"completed\"}", 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_interrupted_and_resumed_counts_its_rows_once() {
    let mut setup = Setup::new(memory());
    let mut case = workflow(vec![
        step("a", "idempotent", &[]),
        step("slow", "idempotent", &["a"]),
    ])
    .with("a", [Scripted::Answer(2_000_000)])
    .with("slow", [Scripted::Answer(3_000_000)]);
    let slow = "slow".parse().expect("valid");
    case.latency.insert(slow, Duration::from_secs(3600));
    setup.look().await;
    let (engine, run) = (
        setup.engine(&case),
        NewRun::new(Arc::clone(&case.plan), id("r"), case.seed),
    );
    let going = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run(run).await }
    });
    while setup
        .store
        .load(&id("r"))
        .await
        .expect("it works")
        .is_none_or(|run| run.journal.is_empty())
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    setup.look().await;
    setup.check(COST, 2.0);
    setup.check("nova_workflow_running_runs", 1.0);
    engine.interrupt();
    let paused = going.await.expect("no panic").expect("the store works");
    assert_eq!(paused.status, RunStatus::Paused);
    setup.look().await;
    setup.check("nova_workflow_runs_total{status=\"paused\"}", 1.0);
    setup.check("nova_workflow_running_runs", 0.0);
    case.latency.clear();
    assert_eq!(setup.run(&case, "r").await, RunStatus::Completed);
    setup.look().await;
    setup.check(COST, 5.0);
    setup.check_same(&[STATUS, COST]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_a_living_owner_is_an_orphan_and_ages() {
    let mut setup = Setup::new(memory());
    let case = workflow(vec![step("a", "pure", &[])]);
    let header = RunHeader::new(id("left"), &case.plan, case.seed, Map::new());
    let worker: WorkerId = "gone".parse().expect("valid");
    let ttl = Duration::from_millis(1);
    setup
        .store
        .heartbeat(&worker, Duration::from_secs(60))
        .await
        .expect("it works");
    setup.store.create(&header, &worker).await.expect("it works");
    setup.look().await;
    setup.check("nova_workflow_orphaned_runs", 0.0);
    setup.store.heartbeat(&worker, ttl).await.expect("it works");
    tokio::time::sleep(Duration::from_millis(20)).await;
    setup.look().await;
    setup.check("nova_workflow_orphaned_runs", 1.0);
    setup.check("nova_workflow_running_runs", 1.0);
    let text = setup.followed.render();
    let age = value(&text, "nova_workflow_running_age_seconds{run_id=\"left\"}");
    assert!(age.is_some_and(|age| age >= 0.02), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_deleted_and_created_again_is_another_one() {
    let mut setup = Setup::new(memory());
    setup.look().await;
    let case = workflow(vec![step("a", "pure", &[])]).with("a", [Scripted::Answer(1_000_000)]);
    for n in 1..=3_u32 {
        setup.run(&case, "again").await;
        setup.look().await;
        setup.check(COST, f64::from(n));
        setup.check("nova_workflow_runs_total{status=\"completed\"}", f64::from(n));
        assert!(setup.store.delete(&id("again")).await.expect("it works"));
        setup.look().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_answer_is_counted_and_looked_at_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new(folder.path().join("aos.db"));
    let store = SqliteCheckpointStore::open(options).await.expect("it opens");
    let mut setup = Setup::new(Arc::new(store.clone()));
    setup.look().await;
    store.close().await;
    setup.follower.look().await.expect_err("it is closed");
    setup.check("nova_workflow_store_read_failures_total", 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_denials_count_by_their_reasons() {
    let mut setup = Setup::new(memory());
    setup.look().await;
    let forbidden = workflow(vec![step("a", "shell_exec", &[])]);
    let mut dear = step("a", "pure", &[]);
    dear.max_cost_cents = Some("5".parse().expect("an amount"));
    let dear = workflow(vec![dear]);
    let config = PolicyConfig::parse("workflow_ceiling_cents = 1\nidempotency.across_runs = \"allow\"\n")
        .expect("rules");
    let policy = PolicyEnforcer::builder(config).build();
    let policy = Arc::new(policy.expect("no rule needs a store"));
    for (case, run_id) in [(&forbidden, "hostile"), (&dear, "poor")] {
        let skills = fixture::skills(case, &Arc::new(Ledger::default()));
        let engine = WorkflowEngine::builder(Arc::clone(&setup.store), skills, fixture::worker_id())
            .observer(setup.observed.observer())
            .validator(Arc::new(PlannerSandbox::default()))
            .policy(policy.clone())
            .build();
        let run = NewRun::new(Arc::clone(&case.plan), id(run_id), case.seed);
        engine.run(run).await.expect("a refusal is a result");
    }
    setup.look().await;
    for told in [
        STATUS,
        "nova_workflow_sandbox_rejections_total",
        "nova_workflow_forbidden_skill_attempts_total",
        "nova_workflow_policy_denials_total",
        "nova_workflow_budget_exceeded_total",
    ] {
        setup.check_same(&[told]);
    }
}
