//! Performing one effect after the other.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aos_spec::{
    ContentHash, ErrorCode, RunStatus, StepContext, StepFailure, StepIndex, WorkflowResult,
    journal::{CorruptRun, RunError, RunHeader},
    port::{CheckpointUpdate, RunEvent, StepRecord},
};
use futures_util::{FutureExt, future::BoxFuture};
use tracing::Instrument;

use super::{AttemptEnd, Driver, attempt};
use crate::{
    EngineError,
    machine::{Answer, Effect, Input, Machine},
};

/// How the run ends, as it is being saved.
pub(super) struct Ending {
    status: RunStatus,
    next_step_index: StepIndex,
    last_result_hash: ContentHash,
    error: Option<RunError>,
    elapsed_ms: u64,
}

impl Driver<'_> {
    pub(super) async fn perform(&mut self, effects: Vec<Effect>) -> Result<(), EngineError> {
        for effect in effects {
            match effect {
                Effect::Authorize { step, attempt } => self.authorize(step, attempt),
                Effect::Invoke { step, attempt } => self.invoke(step, attempt),
                Effect::Sleep { step, delay, code } => {
                    self.parts.observe(&RunEvent::RetryScheduled {
                        run_id: &self.header.run_id,
                        step_id: &self.machine.plan().descriptor(step).id,
                        attempt: self.machine.attempt(step),
                        error_code: code,
                        delay,
                    });
                    self.waits.push(Box::pin(async move {
                        tokio::time::sleep(delay).await;
                        Input::Woken { step }
                    }));
                }
                Effect::Cancel { step } => {
                    if let Some(cancellation) = self.cancellations.get(&step) {
                        cancellation.cancel();
                    }
                }
                Effect::Append { write, row } => self.writer.append(write, row),
                Effect::Committed { step } => self.committed(step).await?,
                Effect::Save {
                    write,
                    status,
                    next_step_index,
                    last_result_hash,
                    error,
                } => {
                    let elapsed_ms = self.elapsed_ms();
                    let update = CheckpointUpdate {
                        expected_version: self.writer.version(),
                        status,
                        next_step_index,
                        last_result_hash,
                        error: error.clone(),
                        elapsed_ms,
                    };
                    self.writer.save(write, update);
                    self.ending = Some(Ending {
                        status,
                        next_step_index,
                        last_result_hash,
                        error,
                        elapsed_ms,
                    });
                }
                Effect::Finish => {}
            }
        }
        self.writer.begin();
        Ok(())
    }

    fn authorize(&mut self, step: StepIndex, attempt: u32) {
        self.waits.push(match self.question(step, attempt) {
            Ok(question) => Box::pin(question.ask()),
            Err(decision) => Box::pin(std::future::ready(Input::Decided { step, decision })),
        });
    }

    fn invoke(&mut self, step: StepIndex, attempt: u32) {
        let descriptor = self.machine.plan().descriptor(step);
        self.parts.observe(&RunEvent::AttemptStarted {
            run_id: &self.header.run_id,
            step_id: &descriptor.id,
            skill_id: &descriptor.skill_id,
            attempt,
        });
        let skill = self.parts.skills.get(descriptor.skill_id.as_str());
        let skill = skill.map(Arc::clone).ok_or_else(|| {
            StepFailure::new(
                ErrorCode::SkillNotFound,
                format!("no skill `{}` is registered", descriptor.skill_id),
            )
        });
        let call = skill.and_then(|skill| Ok((skill, context(&self.machine, &self.header, step, attempt)?)));
        match call {
            Ok((skill, context)) => {
                let cancellation = context.cancellation.clone();
                let span = self.spans.attempt(&self.header.run_id, step, descriptor, attempt);
                let attempt = attempt::run(skill, context, self.parts.options.cancel_grace);
                let mut attempt: BoxFuture<'static, AttemptEnd> = Box::pin(attempt.instrument(span));
                // Most quick skills answer at once; only the others are worth a task of their own.
                match (&mut attempt).now_or_never() {
                    Some(end) => self.ended.push_back(end),
                    None => {
                        self.cancellations.insert(step, cancellation);
                        self.attempts.spawn(attempt);
                    }
                }
            }
            Err(failure) => {
                let answer = Answer::Skill(Err(failure));
                self.ended.push_back(AttemptEnd {
                    step,
                    answer,
                    duration: Duration::ZERO,
                });
            }
        }
    }

    async fn committed(&mut self, step: StepIndex) -> Result<(), EngineError> {
        let Some(result) = self.machine.result(step) else {
            return Ok(());
        };
        self.spans.committed(step, result);
        let skill_id = &self.machine.plan().descriptor(step).skill_id;
        if !self.machine.was_restored(step) {
            let run_id = &self.header.run_id;
            self.parts.observe(&RunEvent::StepCommitted {
                run_id,
                step_index: step,
                skill_id,
                result,
            });
        }
        if let Some(recorder) = &self.parts.recorder {
            let (effect, seed) = (self.machine.effect(step), self.machine.seed(step));
            let record = StepRecord::new(step, skill_id.clone(), effect, seed, result.clone());
            recorder.record_step(&self.header.run_id, &record).await?;
        }
        Ok(())
    }

    /// Returns the result of a run whose end is durable.
    pub(super) async fn finish(&mut self) -> Result<WorkflowResult, EngineError> {
        let ending = self.ending.take().ok_or_else(|| CorruptRun {
            run_id: self.header.run_id.to_string(),
            reason: "it finished without an end".into(),
        })?;
        let indexes = 0..ending.next_step_index.get();
        let results = indexes
            .filter_map(|index| self.machine.result(StepIndex::from_usize(index)).cloned())
            .collect();
        let result = WorkflowResult::new(
            &self.header,
            ending.status,
            results,
            ending.error.as_ref(),
            ending.elapsed_ms,
            ending.last_result_hash,
        );
        if let Some(recorder) = &self.parts.recorder
            && result.status.is_terminal()
        {
            recorder.record_run_end(&result).await?;
        }
        Ok(result)
    }
}

/// Returns what the skill of `step` is called with.
pub(super) fn context(
    machine: &Machine,
    header: &RunHeader,
    step: StepIndex,
    attempt: u32,
) -> Result<StepContext, StepFailure> {
    let inputs = machine
        .resolve_inputs(step)
        .map_err(|error| StepFailure::new(error.code(), error.to_string()))?;
    let plan = machine.plan();
    let descriptor = plan.descriptor(step);
    let run_id = header.run_id.clone();
    let mut context = StepContext::new(run_id, plan.spec().id.clone(), descriptor.id.clone(), inputs);
    context.step_index = step;
    context.seed = machine.seed(step);
    context.attempt = attempt;
    let outputs = machine.dependency_outputs(step).into_iter();
    context.outputs = outputs
        .map(|(on, output)| (plan.descriptor(on).id.clone(), Arc::new(output)))
        .collect::<BTreeMap<_, _>>();
    let key = plan.idempotency_key(step, &header.inputs);
    if let Some(key) = key.map_err(|error| StepFailure::new(error.code(), error.to_string()))? {
        context.idempotency_key = key;
    }
    context.agent_id.clone_from(&header.agent_id);
    context.timeout = descriptor
        .timeout_seconds
        .map(aos_spec::workflow::TimeoutSeconds::duration);
    Ok(context)
}
