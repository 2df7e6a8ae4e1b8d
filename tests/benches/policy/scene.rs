//! Stores, rules, workflows and engines to measure.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions, SystemClock};
use aos_engine::{Durability, EngineOptions, NewRun, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_spec::{
    AgentId, Effect, ErrorCode, Money, RunId, RunStatus, Seed, SkillManifest, SkillRegistry, StepContext,
    StepDescriptor, StepFailure, WorkflowPlan, WorkflowResult, WorkflowSpec,
    journal::RunHeader,
    port::{CheckpointStore, PolicyStore, Skill, StopScope, StopSwitch},
    skill::SkillOutput,
};
use aos_testkit::fixture;
use async_trait::async_trait;

/// Rules of every kind that need no round trip for each attempt.
const RULES: &str = "
step_ceiling_cents = 5
workflow_ceiling_cents = 1_000_000
[skills]
deny = [\"shell_exec\", \"eval_code\"]
[idempotency]
keys = \"effects\"
[tenants.acme]
monthly_cents = 5_000_000_000
[agents.researcher]
tenant = \"acme\"
daily_cents = 1_000_000_000
[workflows.bench]
total_cents = 9_000_000_000
";

/// Where runs and what policies need is kept.
pub(crate) struct Scene {
    runs: Arc<dyn CheckpointStore>,
    policy: Arc<dyn PolicyStore>,
    file: Option<(SqliteCheckpointStore, Arc<tempfile::TempDir>)>,
}

impl Scene {
    pub(crate) fn in_memory() -> Self {
        let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
        Self {
            runs: Arc::clone(&store) as _,
            policy: store,
            file: None,
        }
    }

    pub(crate) async fn in_file() -> Self {
        Self::in_folder(Arc::new(tempfile::tempdir().expect("a folder"))).await
    }

    async fn in_folder(folder: Arc<tempfile::TempDir>) -> Self {
        let options = SqliteOptions::new(folder.path().join("aos.db"));
        let store = SqliteCheckpointStore::open(options)
            .await
            .expect("the folder is writable");
        Self {
            runs: Arc::new(store.clone()),
            policy: Arc::new(store.clone()),
            file: Some((store, folder)),
        }
    }

    /// Opens the same file again, as another process does.
    pub(crate) async fn another_handle(&self) -> Self {
        let (_, folder) = self.file.as_ref().expect("it is in a file");
        Self::in_folder(Arc::clone(folder)).await
    }

    pub(crate) async fn close(&self) {
        if let Some((store, _)) = &self.file {
            store.close().await;
        }
    }

    /// Starts a run that nobody drives.
    pub(crate) async fn start(&self, plan: &WorkflowPlan) -> RunId {
        let (run_id, worker) = (new_run_id(), fixture::worker_id());
        self.runs
            .heartbeat(&worker, Duration::from_secs(600))
            .await
            .expect("the store works");
        let header = RunHeader::new(run_id.clone(), plan, Seed(1), serde_json::Map::new());
        self.runs.create(&header, &worker).await.expect("it is new");
        run_id
    }

    /// Stops everything through `other` when a run is in the middle of a step that does not end, and returns how long the
    /// run went on.
    pub(crate) async fn stop_a_long_step(&self, other: &Self, after: Duration) -> Duration {
        let engine = engine(self, true);
        let plan = chain(1, "stuck", None);
        let run = tokio::spawn(async move {
            let run = NewRun::new(plan, new_run_id(), Seed(1)).for_agent(agent());
            engine.run(run).await.expect("it runs")
        });
        tokio::time::sleep(after).await;
        let switch: &dyn StopSwitch = &*other.policy;
        switch
            .stop(&StopScope::All, "measured")
            .await
            .expect("the store works");
        let began = Instant::now();
        let result = run.await.expect("it does not panic");
        let took = began.elapsed();
        assert_eq!(result.status, RunStatus::EmergencyStopped);
        switch
            .release(&StopScope::All, "measured")
            .await
            .expect("the store works");
        took
    }
}

/// Answers at once with what makes a row of about 300 bytes, unless it is stuck.
struct Answer(SkillManifest);

#[async_trait]
impl Skill for Answer {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        if self.0.id.as_str() == "stuck" {
            context.cancellation.cancelled().await;
            return Err(StepFailure::new(ErrorCode::Cancelled, "cancelled while stuck"));
        }
        Ok(SkillOutput::new("x".repeat(210)))
    }
}

fn skills() -> SkillRegistry {
    let mut skills = SkillRegistry::new();
    for (id, effect) in [
        ("pure", Effect::Pure),
        ("idempotent", Effect::Idempotent),
        ("stuck", Effect::Read),
    ] {
        let manifest = SkillManifest::new(id.parse().expect("valid"), "1", effect);
        skills.register(Arc::new(Answer(manifest))).expect("distinct");
    }
    skills
}

/// Returns a workflow of `n_steps` steps, each waiting for the one before and costing at most four cents; with `keys`, each
/// has an idempotency key that begins so.
pub(crate) fn chain(n_steps: usize, skill: &str, keys: Option<&str>) -> Arc<WorkflowPlan> {
    let id = |at: usize| format!("step{at}").parse().expect("valid");
    let steps = (0..n_steps).map(|at| {
        let mut step = StepDescriptor::new(id(at), skill.parse().expect("valid"));
        step.max_cost_cents = Some(Money::from_cents(4).expect("in range"));
        if at > 0 {
            step.depends_on = vec![id(at - 1)];
        }
        step.idempotency_key = keys.map(|keys| format!("{keys}-{at}"));
        step
    });
    let spec = WorkflowSpec::new("bench".parse().expect("valid"), steps.collect());
    Arc::new(WorkflowPlan::new(spec).expect("valid"))
}

pub(crate) fn agent() -> AgentId {
    "researcher".parse().expect("valid")
}

fn new_run_id() -> RunId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("bench-{}", NEXT.fetch_add(1, Ordering::Relaxed))
        .parse()
        .expect("valid")
}

pub(crate) fn enforcer(scene: &Scene) -> PolicyEnforcer {
    PolicyEnforcer::builder(PolicyConfig::parse(RULES).expect("the rules are valid"))
        .environment(|name| std::env::var(name).ok())
        .store(Arc::clone(&scene.policy))
        .build()
        .expect("the store keeps everything")
}

fn engine(scene: &Scene, has_policy: bool) -> WorkflowEngine {
    let options = EngineOptions::default().with_durability(Durability::EveryStep);
    let builder =
        WorkflowEngine::builder(Arc::clone(&scene.runs), skills(), fixture::worker_id()).options(options);
    if has_policy {
        builder.policy(Arc::new(enforcer(scene))).build()
    } else {
        builder.build()
    }
}

/// Runs `plan`, every step durable before the next begins.
pub(crate) async fn run(scene: &Scene, plan: &Arc<WorkflowPlan>, has_policy: bool) -> WorkflowResult {
    let engine = engine(scene, has_policy);
    let run = NewRun::new(Arc::clone(plan), new_run_id(), Seed(1)).for_agent(agent());
    let result = engine.run(run).await.expect("it runs");
    engine.close().await.expect("the store works");
    result
}
