//! Workflows of pure steps, and engines that run many of them.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions, SystemClock};
use aos_engine::{Durability, EngineOptions, NewRun, WorkflowEngine};
use aos_spec::{
    Effect, RunId, RunStatus, Seed, SkillManifest, SkillRegistry, StepContext, StepDescriptor, StepFailure,
    WorkflowPlan, WorkflowSpec,
    port::{CheckpointStore, Skill},
    skill::SkillOutput,
};
use aos_testkit::fixture;
use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore};

/// A workflow to be run many times.
pub(crate) struct Load {
    plan: Arc<WorkflowPlan>,
}

/// Answers with what makes a row of about 300 bytes.
struct Answer {
    manifest: SkillManifest,
    /// Told when a step named `last` is called, which then never answers.
    stuck: Option<Arc<Notify>>,
}

#[async_trait]
impl Skill for Answer {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        if let Some(stuck) = &self.stuck
            && context.step_id.as_str() == "last"
        {
            stuck.notify_one();
            std::future::pending::<()>().await;
        }
        Ok(SkillOutput::new("x".repeat(210)))
    }
}

fn skills(stuck: Option<Arc<Notify>>) -> SkillRegistry {
    let mut skills = SkillRegistry::new();
    let manifest = SkillManifest::new("answer".parse().expect("valid"), "1", Effect::Pure);
    skills
        .register(Arc::new(Answer { manifest, stuck }))
        .expect("the only one");
    skills
}

pub(crate) fn memory() -> Arc<dyn CheckpointStore> {
    Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)))
}

fn engine(store: Arc<dyn CheckpointStore>, skills: SkillRegistry, durability: Durability) -> WorkflowEngine {
    let options = EngineOptions::default().with_durability(durability);
    WorkflowEngine::builder(store, skills, fixture::worker_id())
        .options(options)
        .build()
}

fn new_run_id() -> RunId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("bench-{}", NEXT.fetch_add(1, Ordering::Relaxed))
        .parse()
        .expect("valid")
}

impl Load {
    /// Returns a workflow of `n_steps` steps, each waiting for the one before, or all for the first.
    pub(crate) fn new(n_steps: usize, is_chain: bool) -> Self {
        let id = |at| {
            if at + 1 == n_steps {
                "last".to_owned()
            } else {
                format!("step{at}")
            }
        };
        let steps = (0..n_steps).map(|at| {
            let mut step =
                StepDescriptor::new(id(at).parse().expect("valid"), "answer".parse().expect("valid"));
            if at > 0 {
                step.depends_on = vec![id(if is_chain { at - 1 } else { 0 }).parse().expect("valid")];
            }
            step
        });
        let spec = WorkflowSpec::new("bench".parse().expect("valid"), steps.collect());
        Self {
            plan: Arc::new(WorkflowPlan::new(spec).expect("valid")),
        }
    }

    /// Runs the workflow `n_runs` times, all at the same time.
    pub(crate) async fn run(&self, store: &Arc<dyn CheckpointStore>, durability: Durability, n_runs: usize) {
        self.run_some(store, durability, n_runs, n_runs).await;
    }

    /// Runs the workflow `n_runs` times, at most `at_once` at the same time.
    pub(crate) async fn run_some(
        &self,
        store: &Arc<dyn CheckpointStore>,
        durability: Durability,
        n_runs: usize,
        at_once: usize,
    ) {
        let engine = engine(Arc::clone(store), skills(None), durability);
        let slots = Arc::new(Semaphore::new(at_once));
        let runs: Vec<_> = (0..n_runs)
            .map(|_| {
                let (engine, slots, plan) = (engine.clone(), Arc::clone(&slots), Arc::clone(&self.plan));
                tokio::spawn(async move {
                    let _slot = slots.acquire().await.expect("never closed");
                    let result = engine
                        .run(NewRun::new(plan, new_run_id(), Seed(1)))
                        .await
                        .expect("it runs");
                    assert_eq!(result.status, RunStatus::Completed);
                })
            })
            .collect();
        for run in runs {
            run.await.expect("it does not panic");
        }
    }

    /// Runs the workflow until its last step is called, and crashes.
    pub(crate) async fn run_until_the_last_step(&self, store: &Arc<dyn CheckpointStore>) -> RunId {
        let stuck = Arc::new(Notify::new());
        let engine = engine(
            Arc::clone(store),
            skills(Some(Arc::clone(&stuck))),
            Durability::EveryStep,
        );
        let run_id = new_run_id();
        tokio::select! {
            _ = engine.run(NewRun::new(Arc::clone(&self.plan), run_id.clone(), Seed(1))) => unreachable!("it is stuck"),
            () = stuck.notified() => {}
        }
        engine.close().await.expect("the store works");
        run_id
    }

    pub(crate) async fn resume(&self, store: &Arc<dyn CheckpointStore>, run_id: &RunId) {
        let engine = engine(Arc::clone(store), skills(None), Durability::EveryStep);
        let result = engine.resume(run_id).await.expect("it runs");
        assert_eq!(result.steps_completed, self.plan.len());
    }
}

/// Returns the bytes of the bodies of all rows.
pub(crate) async fn payload(store: &Arc<dyn CheckpointStore>) -> f64 {
    let mut bytes = 0;
    for run in store.list(&Default::default()).await.expect("the store works") {
        let stored = store
            .load(&run.run_id)
            .await
            .expect("the store works")
            .expect("it is there");
        bytes += stored.journal.iter().map(|row| row.body.len()).sum::<usize>();
    }
    bytes as f64
}

/// Opens a store in `folder`.
pub(crate) async fn sqlite(folder: &Path, name: &str) -> Arc<SqliteCheckpointStore> {
    let store = SqliteCheckpointStore::open(SqliteOptions::new(folder.join(name))).await;
    Arc::new(store.expect("the folder is writable"))
}
