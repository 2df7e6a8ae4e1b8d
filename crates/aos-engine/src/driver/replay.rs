//! Executing a run again from a recording, without a store and without reaching anything outside.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use aos_spec::{
    Effect as EffectClass, RunStatus, SkillRegistry, StepIndex, WorkflowResult,
    journal::{CorruptRun, RunHeader},
    port::{ReplaySource, RunRecorder, RunStart, Skill, StepRecord},
};

use super::{attempt, perform::context};
use crate::{
    Durability, EngineError, EngineOptions, NewRun, identity,
    machine::{Answer, Effect, Input, Machine, MachineOptions, Stop},
};

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// How the replayed run ended.
    pub status: RunStatus,
    /// The number of steps whose skill was called again.
    pub n_performed: usize,
    /// The number of steps that ended as recorded, without a call.
    pub n_served: usize,
}

/// Executes `run` again: pure skills of `skills` are called, everything else is served from `source`, and `recorder` is told
/// what came of it. See [`ReplaySource`] for which is which.
///
/// Steps are executed one at a time, in canonical order, and an output is dropped as soon as no step can refer to it any more,
/// so that a long recording is never in memory as a whole. Nothing waits: delays before retries and time limits are left out.
///
/// # Errors
///
/// [`EngineError::Recording`] when the source cannot answer, [`EngineError::Recorder`] when the recorder cannot write.
///
/// # Cancel safety
///
/// Safe: nothing outside was changed.
pub async fn replay(
    run: NewRun,
    skills: &SkillRegistry,
    options: &EngineOptions,
    source: &mut dyn ReplaySource,
    recorder: &dyn RunRecorder,
) -> Result<Replayed, EngineError> {
    let mut header = RunHeader::new(run.run_id, &run.plan, run.seed, run.inputs);
    header.agent_id = run.agent_id;
    header.skill_versions = identity::skill_versions(&run.plan, skills);
    header.engine_version = env!("CARGO_PKG_VERSION").into();
    recorder
        .record_run_start(&RunStart::replayed(header.clone()))
        .await?;
    let machine = Machine::new(
        Arc::clone(&run.plan),
        MachineOptions {
            run_id: header.run_id.clone(),
            seed: header.seed,
            inputs: header.inputs.clone(),
            effects: identity::effects(&run.plan, skills),
            // No step waits for a slot, so that the lowest of those that may begin is always the next one in canonical order.
            max_parallel: run.plan.len(),
            durability: Durability::default(),
            max_output_bytes: options.max_output_bytes,
            // What was refused is in the recording.
            refusable: vec![false; run.plan.len()],
            authorize: false,
        },
        [],
    );
    let mut n_dependents = vec![0; run.plan.len()];
    for step in run.plan.steps() {
        step.depends_on()
            .iter()
            .for_each(|on| n_dependents[on.get()] += 1);
    }
    let mut replay = Replay {
        skills,
        options,
        source,
        recorder,
        header,
        machine,
        current: None,
        invoked: BTreeMap::new(),
        inputs: VecDeque::new(),
        n_dependents,
        n_performed: 0,
        n_served: 0,
    };
    let status = replay.run().await?;
    Ok(Replayed {
        status,
        n_performed: replay.n_performed,
        n_served: replay.n_served,
    })
}

struct Replay<'a> {
    skills: &'a SkillRegistry,
    options: &'a EngineOptions,
    source: &'a mut dyn ReplaySource,
    recorder: &'a dyn RunRecorder,
    header: RunHeader,
    machine: Machine,
    /// The step that is being executed or announced, and what is recorded of it.
    current: Option<(StepIndex, Option<StepRecord>)>,
    /// The steps that may begin, each with the number of its attempt.
    invoked: BTreeMap<StepIndex, u32>,
    /// What has happened and was not told to the machine yet.
    inputs: VecDeque<Input>,
    /// The number of dependents of each step that have not committed.
    n_dependents: Vec<usize>,
    n_performed: usize,
    n_served: usize,
}

impl Replay<'_> {
    async fn run(&mut self) -> Result<RunStatus, EngineError> {
        let mut effects = VecDeque::from(self.machine.start(None, 0));
        let mut ending = None;
        loop {
            while let Some(effect) = effects.pop_front() {
                match effect {
                    Effect::Invoke { step, attempt } => {
                        self.invoked.insert(step, attempt);
                    }
                    Effect::Cancel { step } => self.cancel(step),
                    Effect::Sleep { step, .. } => self.inputs.push_back(Input::Woken { step }),
                    Effect::Append { write, .. } => self.inputs.push_back(Input::Written { write }),
                    Effect::Committed { step } => self.committed(step).await?,
                    Effect::Save {
                        write,
                        status,
                        last_result_hash,
                        error,
                        next_step_index,
                    } => {
                        let results = (0..next_step_index.get())
                            .filter_map(|at| self.machine.result(StepIndex::from_usize(at)).cloned());
                        let (header, results) = (&self.header, results.collect());
                        let error = error.as_ref();
                        ending = Some(WorkflowResult::new(
                            header,
                            status,
                            results,
                            error,
                            0,
                            last_result_hash,
                        ));
                        self.inputs.push_back(Input::Written { write });
                    }
                    Effect::Authorize { .. } | Effect::Finish => {}
                }
            }
            if let Some(input) = self.inputs.pop_front() {
                effects.extend(self.machine.handle(input, 0));
            } else if let Some((step, attempt)) = self.invoked.pop_first() {
                self.invoke(step, attempt).await?;
            } else if let Some(result) = ending {
                self.recorder.record_run_end(&result).await?;
                return Ok(result.status);
            } else {
                let run_id = self.header.run_id.to_string();
                let reason = "its replay came to no end".into();
                return Err(CorruptRun { run_id, reason }.into());
            }
        }
    }

    /// Calls the skill of `step` again, or lets it end as recorded.
    async fn invoke(&mut self, step: StepIndex, attempt: u32) -> Result<(), EngineError> {
        let Some(record) = self.recorded(step)?.cloned() else {
            self.invoked.insert(step, attempt);
            self.stop();
            return Ok(());
        };
        let Some(skill) = self.skill_to_call(step, &record) else {
            self.n_served += 1;
            let result = Box::new(record.result);
            self.inputs.push_back(Input::Served { step, result });
            return Ok(());
        };
        self.n_performed += usize::from(attempt == 1);
        let input = match context(&self.machine, &self.header, step, attempt) {
            Ok(mut context) => {
                context.timeout = None;
                let end = attempt::run(skill, context, self.options.cancel_grace).await;
                answered(step, end.answer)
            }
            Err(failure) => answered(step, Answer::Skill(Err(failure))),
        };
        self.inputs.push_back(input);
        Ok(())
    }

    /// Returns the skill that `step` calls again: the only way to a skill there is.
    fn skill_to_call(&self, step: StepIndex, record: &StepRecord) -> Option<Arc<dyn Skill>> {
        let skill_id = &self.machine.plan().descriptor(step).skill_id;
        let skill = self.skills.get(skill_id.as_str())?;
        let is_pure = skill.manifest().effect == EffectClass::Pure && record.is_repeatable();
        let inputs = self.machine.resolve_inputs(step).ok();
        (is_pure && !self.source.hides(inputs.as_ref())).then(|| Arc::clone(skill))
    }

    /// Ends the run as the recording does, which has no more steps.
    fn stop(&mut self) {
        let ending = self.source.ending();
        self.inputs.push_back(Input::Stop(Stop {
            status: ending.status,
            error: ending.error.clone(),
            cancel_attempts: true,
        }));
    }

    fn cancel(&mut self, step: StepIndex) {
        if self.invoked.remove(&step).is_some() {
            self.inputs.push_back(answered(step, Answer::Cancelled));
        }
    }

    async fn committed(&mut self, step: StepIndex) -> Result<(), EngineError> {
        let skill_id = self.machine.plan().descriptor(step).skill_id.clone();
        let is_registered = self.skills.get(skill_id.as_str()).is_some();
        // What a skill that is not here means to the world is known from the recording alone.
        let recorded = self.recorded(step)?.map(|record| record.effect);
        let effect = recorded
            .filter(|_| !is_registered)
            .unwrap_or_else(|| self.machine.effect(step));
        if let Some(result) = self.machine.result(step) {
            let record = StepRecord::new(step, skill_id, effect, self.machine.seed(step), result.clone());
            self.recorder.record_step(&self.header.run_id, &record).await?;
        }
        let plan = Arc::clone(self.machine.plan());
        for on in plan.step(step).depends_on() {
            self.n_dependents[on.get()] -= 1;
            if self.n_dependents[on.get()] == 0 {
                self.machine.forget_output(*on);
            }
        }
        if self.n_dependents[step.get()] == 0 {
            self.machine.forget_output(step);
        }
        Ok(())
    }

    fn recorded(&mut self, step: StepIndex) -> Result<Option<&StepRecord>, EngineError> {
        if self.current.as_ref().is_none_or(|(at, _)| *at != step) {
            let step_id = &self.machine.plan().descriptor(step).id;
            self.current = Some((step, self.source.recorded(step, step_id)?));
        }
        Ok(self.current.as_ref().and_then(|(_, record)| record.as_ref()))
    }
}

const fn answered(step: StepIndex, answer: Answer) -> Input {
    Input::Attempted {
        step,
        answer,
        duration: Duration::ZERO,
    }
}
