//! What recording adds to a step of a run.

use std::{path::Path, sync::Arc, time::Instant};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{EngineOptions, NewRun, WorkflowEngine};
use aos_golden::{GoldenRecorder, KeyRing};
use aos_spec::{
    Effect, RunStatus, Seed, SkillManifest, SkillRegistry, StepContext, StepDescriptor, StepFailure,
    WorkflowPlan, WorkflowSpec,
    port::{RunRecorder, Skill},
    skill::SkillOutput,
};
use aos_testkit::fixture;
use async_trait::async_trait;

use crate::{
    large::runtime,
    report::{Bound, report},
};

const N_STEPS: usize = 5_000;

struct Answer(SkillManifest);

#[async_trait]
impl Skill for Answer {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, _: &StepContext) -> Result<SkillOutput, StepFailure> {
        Ok(SkillOutput::new("x".repeat(210)))
    }
}

/// Runs in memory with and without a recorder, in turn: what is left is what recording adds, its end on the disk included.
pub(crate) fn report_added_cost() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = runtime();
    runtime.block_on(async {
        let plan = plan();
        run(&plan, None).await;
        run(&plan, Some(folder.path())).await;
        let (mut without, mut with) = (0.0, 0.0);
        for _ in 0..5 {
            without += run(&plan, None).await;
            with += run(&plan, Some(folder.path())).await;
        }
        let added = (with - without) / 5.0;
        report(
            "recording, added to a step",
            "us/step",
            added,
            None,
            Bound::Max(10.0),
        );
    });
}

fn plan() -> Arc<WorkflowPlan> {
    let steps = (0..N_STEPS).map(|at| {
        let id = format!("step{at}").parse().expect("valid");
        let mut step = StepDescriptor::new(id, "answer".parse().expect("valid"));
        if at > 0 {
            step.depends_on = vec![format!("step{}", at - 1).parse().expect("valid")];
        }
        step
    });
    let spec = WorkflowSpec::new("bench".parse().expect("valid"), steps.collect());
    Arc::new(WorkflowPlan::new(spec).expect("valid"))
}

/// Returns the microseconds of a step.
async fn run(plan: &Arc<WorkflowPlan>, golden: Option<&Path>) -> f64 {
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    let mut skills = SkillRegistry::new();
    let manifest = SkillManifest::new("answer".parse().expect("valid"), "1", Effect::Pure);
    skills.register(Arc::new(Answer(manifest))).expect("the only one");
    let mut builder =
        WorkflowEngine::builder(store, skills, fixture::worker_id()).options(EngineOptions::default());
    if let Some(folder) = golden {
        // Another folder each time: a golden that is there would be compared with.
        let folder = folder.join(fixture::worker_id().as_str());
        let recorder: Arc<dyn RunRecorder> = Arc::new(GoldenRecorder::new(folder, KeyRing::development()));
        builder = builder.recorder(recorder);
    }
    let engine = builder.build();
    let new_run = NewRun::new(Arc::clone(plan), fixture::run_id(), Seed(1));
    let began = Instant::now();
    let result = engine.run(new_run).await.expect("the store works");
    assert_eq!(result.status, RunStatus::Completed);
    began.elapsed().as_secs_f64() * 1e6 / N_STEPS as f64
}
