//! What real engines do is what a scrape reads.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{EngineBuilder, NewRun, WorkflowEngine};
use aos_metrics::{Exporter, MetricsOptions, MetricsServer, Readiness};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_sandbox::PlannerSandbox;
use aos_spec::{
    ErrorCode, RunId, RunStatus, Seed, WorkerId,
    journal::{JournalRow, RunHeader, StoredRun},
    port::{CheckpointStore, CheckpointUpdate, Lease, RunFilter, RunRequest, RunSummary, StoreError},
};
use aos_testkit::{
    case::{Case, Scripted},
    fixture,
    scripted::Ledger,
    workflows::{step, workflow},
};
use async_trait::async_trait;

/// Engines on one store, with one exporter that is served.
struct Setup {
    store: Arc<dyn CheckpointStore>,
    exporter: Exporter,
    server: MetricsServer,
}

impl Setup {
    async fn new(store: Arc<dyn CheckpointStore>) -> Self {
        let options = MetricsOptions::default().with_forbidden_skills(["shell_exec"]);
        let exporter = Exporter::new(Arc::new(SystemClock), &options);
        let (addr, ready) = (
            ([127, 0, 0, 1], 0).into(),
            Readiness::of_store(Arc::clone(&store)),
        );
        let server = MetricsServer::bind(addr, exporter.clone(), ready)
            .await
            .expect("loopback has a free port");
        Self {
            store,
            exporter,
            server,
        }
    }

    fn builder(&self, case: &Case) -> EngineBuilder {
        let skills = fixture::skills(case, &Arc::new(Ledger::default()));
        WorkflowEngine::builder(Arc::clone(&self.store), skills, fixture::worker_id())
            .observer(self.exporter.observer())
    }

    async fn scrape(&self) -> String {
        let addr = self.server.local_addr();
        tokio::task::spawn_blocking(move || get(addr, "/metrics"))
            .await
            .expect("no panic")
    }

    /// Checks what a scrape reads of each series.
    async fn check(&self, expect: &[(&str, f64)]) {
        let text = self.scrape().await;
        for (series, value) in expect {
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
            assert_eq!(
                line.and_then(|value| value.parse().ok()),
                Some(*value),
                "{series} in\n{text}"
            );
        }
    }
}

fn get(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).expect("the server listens");
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn memory() -> Arc<dyn CheckpointStore> {
    Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)))
}

fn run_of(case: &Case, run_id: &str) -> NewRun {
    NewRun::new(Arc::clone(&case.plan), run_id.parse().expect("valid"), case.seed)
}

/// Two steps that cost 0.6 cents each, the second after a retry.
fn two_steps() -> Case {
    let failure = Scripted::Failure(ErrorCode::ConnectionReset, 0);
    workflow(vec![step("a", "pure", &[]), step("b", "idempotent", &["a"])])
        .with("a", [Scripted::Answer(600_000)])
        .with("b", [failure, Scripted::Answer(600_000)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_moves_runs_steps_retries_writes_and_cost() {
    let setup = Setup::new(memory()).await;
    let case = two_steps();
    let engine = setup.builder(&case).build();
    let result = engine
        .run(run_of(&case, "good"))
        .await
        .expect("nothing fails but steps");
    assert_eq!(result.status, RunStatus::Completed);
    let failing =
        workflow(vec![step("a", "pure", &[])]).with("a", [Scripted::Failure(ErrorCode::StepFailed, 0)]);
    let engine = setup.builder(&failing).build();
    engine
        .run(run_of(&failing, "bad"))
        .await
        .expect("nothing fails but steps");
    setup
        .check(&[
            ("nova_workflow_runs_total{status=\"completed\"}", 1.0),
            ("nova_workflow_runs_total{status=\"failed\"}", 1.0),
            ("nova_workflow_duration_seconds_count", 2.0),
            (
                "nova_workflow_step_duration_seconds_count{skill_id=\"pure\"}",
                2.0,
            ),
            (
                "nova_workflow_step_duration_seconds_count{skill_id=\"idempotent\"}",
                2.0,
            ),
            (
                "nova_workflow_retries_total{error_code=\"CONNECTION_RESET\"}",
                1.0,
            ),
            ("nova_workflow_cost_cents_total", 1.0),
            ("nova_workflow_step_cost_cents{step_id=\"b\"}", 0.6),
            // Three ended steps and a failed attempt.
            ("nova_workflow_checkpoint_rows_sum", 4.0),
            ("nova_workflow_checkpoint_failures_total", 0.0),
            ("nova_workflow_running_runs", 0.0),
            ("nova_workflow_resumes_total", 0.0),
        ])
        .await;
    assert!(
        !setup
            .scrape()
            .await
            .contains("nova_workflow_checkpoint_save_seconds_count 0\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ages_while_it_is_executed_and_counts_as_resumed_after_a_crash() {
    let setup = Setup::new(memory()).await;
    let mut case = workflow(vec![step("slow", "read", &[])]);
    case.latency
        .insert("slow".parse().expect("valid"), Duration::from_secs(3600));
    let engine = setup.builder(&case).build();
    let crash = tokio::time::timeout(Duration::from_millis(100), engine.run(run_of(&case, "r"))).await;
    assert!(crash.is_err(), "it ended before it crashed");
    setup.check(&[("nova_workflow_running_runs", 1.0)]).await;
    assert!(
        setup
            .scrape()
            .await
            .contains("nova_workflow_running_age_seconds{run_id=\"r\"} 0.")
    );
    engine.close().await.expect("the store works");
    case.latency.clear();
    let result = setup
        .builder(&case)
        .build()
        .run(run_of(&case, "r"))
        .await
        .expect("nothing fails but steps");
    assert_eq!(result.status, RunStatus::Completed);
    setup
        .check(&[
            ("nova_workflow_resumes_total", 1.0),
            ("nova_workflow_running_runs", 0.0),
        ])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_seed_under_the_same_id_is_drift() {
    let setup = Setup::new(memory()).await;
    let case = workflow(vec![step("a", "pure", &[])]);
    let engine = setup.builder(&case).build();
    engine
        .run(run_of(&case, "r"))
        .await
        .expect("nothing fails but steps");
    let mut other = run_of(&case, "r");
    other.seed = Seed(case.seed.0 + 1);
    engine.run(other).await.expect_err("another seed");
    setup.check(&[("nova_workflow_seed_drift_total", 1.0)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_run_and_a_refused_plan_count_by_their_reasons() {
    let setup = Setup::new(memory()).await;
    let mut dear = step("a", "pure", &[]);
    dear.max_cost_cents = Some("5".parse().expect("an amount"));
    let case = workflow(vec![dear]);
    let config = PolicyConfig::parse("workflow_ceiling_cents = 1\nidempotency.across_runs = \"allow\"\n")
        .expect("rules");
    let policy = PolicyEnforcer::builder(config)
        .build()
        .expect("no rule needs a store");
    let engine = setup.builder(&case).policy(Arc::new(policy)).build();
    engine
        .run(run_of(&case, "poor"))
        .await
        .expect("a denial is a result");
    // Under a spelling that the list does not have.
    let case = workflow(vec![step("a", "Shell-Exec", &[])]);
    let engine = setup
        .builder(&case)
        .validator(Arc::new(PlannerSandbox::default()))
        .build();
    engine
        .run(run_of(&case, "hostile"))
        .await
        .expect("a rejection is a result");
    setup
        .check(&[
            ("nova_workflow_budget_exceeded_total", 1.0),
            (
                "nova_workflow_policy_denials_total{error_code=\"WORKFLOW_CEILING_EXCEEDED\"}",
                1.0,
            ),
            ("nova_workflow_sandbox_rejections_total", 1.0),
            (
                "nova_workflow_forbidden_skill_attempts_total{skill_id=\"shell_exec\"}",
                1.0,
            ),
            ("nova_workflow_runs_total{status=\"budget_exceeded\"}", 1.0),
            ("nova_workflow_runs_total{status=\"sandbox_rejected\"}", 1.0),
        ])
        .await;
}

/// A store that takes no rows, and says that it does not work.
struct Full(Arc<dyn CheckpointStore>);

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl CheckpointStore for Full {
    async fn heartbeat(
        &self,
        worker: &WorkerId,
        ttl: Duration,
    ) -> Result<Vec<(RunId, RunRequest)>, StoreError> {
        self.0.heartbeat(worker, ttl).await
    }

    async fn create(&self, header: &RunHeader, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.0.create(header, worker).await
    }

    async fn acquire(&self, run_id: &RunId, worker: &WorkerId) -> Result<Lease, StoreError> {
        self.0.acquire(run_id, worker).await
    }

    async fn append(&self, _: &Lease, _: Vec<JournalRow>) -> Result<(), StoreError> {
        Err(full())
    }

    async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> Result<u64, StoreError> {
        self.0.save(lease, update).await
    }

    async fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError> {
        self.0.load(run_id).await
    }

    async fn delete(&self, run_id: &RunId) -> Result<bool, StoreError> {
        self.0.delete(run_id).await
    }

    async fn list(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        self.0.list(filter).await
    }

    async fn request(&self, run_id: &RunId, request: RunRequest) -> Result<bool, StoreError> {
        self.0.request(run_id, request).await
    }

    async fn retire(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.0.retire(worker).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Err(full())
    }
}

fn full() -> StoreError {
    StoreError::Unavailable("the disk is full".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_counts_and_is_not_ready() {
    let setup = Setup::new(Arc::new(Full(memory()))).await;
    let case = workflow(vec![step("a", "pure", &[])]);
    let engine = setup.builder(&case).build();
    engine
        .run(run_of(&case, "r"))
        .await
        .expect_err("the store is full");
    setup
        .check(&[
            ("nova_workflow_checkpoint_failures_total", 1.0),
            ("nova_workflow_runs_total{status=\"running\"}", 1.0),
            ("nova_workflow_running_runs", 0.0),
        ])
        .await;
    let addr = setup.server.local_addr();
    let answer = tokio::task::spawn_blocking(move || get(addr, "/readyz"))
        .await
        .expect("no panic");
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("full"),
        "{answer}"
    );
}
