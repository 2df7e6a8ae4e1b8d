//! The cases in the folder `golden` of this repository: recording one, the way every program records it.
//!
//! A case is recorded by the real engine with a store, the policy and the sandbox: one step at a time, as many as there are at
//! the same time, and with a crash after everything that the engine does, each followed by a resume. All of these must give the
//! same bytes, which are then compared with the golden.

mod command;
mod told;

use std::{fs, sync::Arc};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{EngineOptions, NewRun, Settlement, WorkflowEngine};
use aos_golden::{Golden, GoldenEvent, InMemoryGoldenRecorder, RecorderOptions, corpus::Case};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_sandbox::PlannerSandbox;
use aos_skills::{BuiltinOptions, builtin};
use aos_spec::{
    RunStatus, SkillRegistry, WorkflowResult, check,
    port::{CheckpointStore, Skill},
    source::Format,
};
use serde_json::Value;

pub use command::run;
pub use told::told;

use crate::{
    crash::{Gate, Gated},
    fixture,
};

/// What cases are recorded with: a change of any part of it is a change of the program.
#[derive(Debug, Clone)]
pub struct Laboratory {
    /// The skills.
    pub skills: SkillRegistry,
    /// The rules of the engine.
    pub options: EngineOptions,
}

impl Default for Laboratory {
    /// Returns the skills that ship with AOS, beside those that do what their inputs say.
    fn default() -> Self {
        let mut skills = builtin(&BuiltinOptions::new()).expect("no folder is named");
        for skill in told() {
            skills.register(skill).expect("the ids are distinct");
        }
        Self {
            skills,
            options: EngineOptions::default(),
        }
    }
}

impl Laboratory {
    /// Records `case` in all ways and returns the golden.
    ///
    /// # Errors
    ///
    /// Why the case cannot be run, or which two ways gave different bytes.
    pub fn record(&self, case: &Case) -> Result<Golden, String> {
        let run = new_run(case)?;
        let serial = self.record_once(case, &run, 1, None, None)?.0;
        let wide = self.record_once(case, &run, 64, None, None)?.0;
        check_same(&serial, &wide, "with `max_parallel` 1 and 64")?;
        for max_parallel in [1, 64] {
            for n_passages in 0.. {
                let crash = Some(n_passages);
                let (golden, crashed) = self.record_once(case, &run, max_parallel, crash, Some(&serial))?;
                let way = format!("with `max_parallel` {max_parallel} after a crash at passage {n_passages}");
                check_same(&serial, &golden, &way)?;
                if !crashed {
                    break;
                }
            }
        }
        Ok(serial)
    }

    /// Records a run, which crashes after `crash` passages and is resumed. Returns the golden and whether it crashed.
    fn record_once(
        &self,
        case: &Case,
        run: &NewRun,
        max_parallel: usize,
        crash: Option<usize>,
        expected: Option<&Golden>,
    ) -> Result<(Golden, bool), String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let options = RecorderOptions::new().redacting(case.redactions.iter().cloned());
        let bench = Bench {
            laboratory: self,
            store: Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock))),
            recorder: Arc::new(InMemoryGoldenRecorder::with_options(options)),
            max_parallel,
        };
        let crashed = match crash {
            Some(n_passages) => runtime.block_on(bench.crash(run, n_passages))?,
            None => false,
        };
        runtime.block_on(bench.finish(run, expected))?;
        let golden = bench.recorder.golden(&run.run_id);
        Ok((golden.map_err(|damage| damage.to_string())?, crashed))
    }
}

/// Where one run is recorded.
struct Bench<'a> {
    laboratory: &'a Laboratory,
    store: Arc<dyn CheckpointStore>,
    recorder: Arc<InMemoryGoldenRecorder>,
    max_parallel: usize,
}

impl Bench<'_> {
    fn engine(
        &self,
        store: Arc<dyn CheckpointStore>,
        skills: SkillRegistry,
    ) -> Result<WorkflowEngine, String> {
        let policy = PolicyEnforcer::builder(PolicyConfig::unlimited())
            .build()
            .map_err(|error| error.to_string())?;
        let options = self
            .laboratory
            .options
            .clone()
            .with_max_parallel(self.max_parallel);
        Ok(WorkflowEngine::builder(store, skills, fixture::worker_id())
            .options(options)
            .policy(Arc::new(policy))
            .validator(Arc::new(PlannerSandbox::default()))
            .recorder(Arc::clone(&self.recorder) as _)
            .build())
    }

    /// Runs up to the crash; returns whether there was one.
    async fn crash(&self, run: &NewRun, n_passages: usize) -> Result<bool, String> {
        let gate = Gate::new(n_passages);
        let mut skills = SkillRegistry::new();
        for manifest in self.laboratory.skills.manifests() {
            let skill = self
                .laboratory
                .skills
                .get(manifest.id.as_str())
                .expect("it is listed");
            let gated: Arc<dyn Skill> = Arc::new(Gated::new(Arc::clone(skill), Arc::clone(&gate)));
            skills.register(gated).expect("the ids are distinct");
        }
        let store = Arc::new(Gated::new(Arc::clone(&self.store), Arc::clone(&gate)));
        let engine = self.engine(store, skills)?;
        let crashed = tokio::select! {
            result = engine.run(run.clone()) => {
                result.map_err(|error| error.to_string())?;
                false
            }
            () = gate.crashed() => true,
        };
        // The store then knows that the worker is gone.
        engine.close().await.map_err(|error| error.to_string())?;
        Ok(crashed)
    }

    /// Runs to the end. An effect of which a crash left unknown whether it happened did happen, as in `expected`.
    async fn finish(&self, run: &NewRun, expected: Option<&Golden>) -> Result<WorkflowResult, String> {
        let engine = self.engine(Arc::clone(&self.store), self.laboratory.skills.clone())?;
        loop {
            let result = engine.run(run.clone()).await.map_err(|error| error.to_string())?;
            let (RunStatus::Suspended, Some(step), Some(expected)) =
                (result.status, &result.failed_step, expected)
            else {
                return Ok(result);
            };
            let output = output_of(expected, step.as_str())?;
            let settled = engine
                .settle(&run.run_id, step, Settlement::Completed(output))
                .await;
            settled.map_err(|error| error.to_string())?;
        }
    }
}

/// Returns the run that `case` describes.
///
/// # Errors
///
/// Why the case is not valid.
pub fn new_run(case: &Case) -> Result<NewRun, String> {
    let bytes = fs::read(&case.spec).map_err(|error| format!("`{}`: {error}", case.spec.display()))?;
    let format = Format::of_path(&case.spec).unwrap_or_else(|| Format::of_text(&bytes));
    let plan = check::check_text(&bytes, format).map_err(|problems| {
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        format!("`{}`: {}", case.spec.display(), problems.join("; "))
    })?;
    Ok(NewRun::new(plan, case.run_id.clone(), case.seed).with_inputs(case.inputs.clone()))
}

fn output_of(golden: &Golden, step_id: &str) -> Result<Value, String> {
    let events = golden.events().map_err(|error| error.to_string())?;
    for event in events {
        if let GoldenEvent::Step(step) = event.map_err(|error| error.to_string())?
            && step.step_id.as_str() == step_id
        {
            return Ok(step.output);
        }
    }
    Err(format!("nothing is recorded of step `{step_id}`"))
}

fn check_same(expected: &Golden, actual: &Golden, way: &str) -> Result<(), String> {
    let bytes = |golden: &Golden| golden.to_bytes().map_err(|error| error.to_string());
    if bytes(expected)? == bytes(actual)? {
        return Ok(());
    }
    let differences = aos_golden::compare_golden(actual, expected, &aos_golden::CompareOptions::default());
    let differences = differences.map_err(|error| error.to_string())?;
    let first = differences
        .first()
        .map_or_else(|| "no event does".into(), ToString::to_string);
    Err(format!("recordings differ {way}: {first}"))
}
