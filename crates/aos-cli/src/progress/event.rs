//! The events of a run as JSON lines: what `-o jsonl` prints while a run goes on.

use aos_spec::{
    ErrorCode, Money, RunId, RunStatus, SkillId, StepId, StepIndex, StepResult, WorkflowId, WorkflowResult,
    port::{Finding, RunEvent},
};
use schemars::JsonSchema;
use serde::Serialize;

/// Something that happened to a run. Events are told as things happen; only `run_finished` is durable for sure.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// The run has begun, or goes on.
    RunStarted {
        run_id: &'a RunId,
        workflow_id: &'a WorkflowId,
        steps_total: usize,
        steps_ended: usize,
        resumed: bool,
    },
    /// The sandbox refused the plan or the inputs of a step.
    Rejected {
        run_id: &'a RunId,
        #[schemars(with = "Vec<serde_json::Value>")]
        findings: &'a [Finding],
    },
    /// The policy refused a step.
    Denied {
        run_id: &'a RunId,
        step_id: &'a StepId,
        code: ErrorCode,
    },
    /// An attempt of a step has begun.
    AttemptStarted {
        run_id: &'a RunId,
        step_id: &'a StepId,
        skill_id: &'a SkillId,
        attempt: u32,
    },
    /// An attempt of a step has ended.
    AttemptFinished {
        run_id: &'a RunId,
        step_id: &'a StepId,
        attempt: u32,
        duration_ms: u64,
        cost_cents: Money,
        error_code: Option<ErrorCode>,
    },
    /// A failed attempt will be tried again.
    RetryScheduled {
        run_id: &'a RunId,
        step_id: &'a StepId,
        attempt: u32,
        error_code: ErrorCode,
        delay_ms: u64,
    },
    /// A step has committed. These come in canonical order.
    StepCommitted {
        run_id: &'a RunId,
        step_index: StepIndex,
        skill_id: &'a SkillId,
        result: &'a StepResult,
    },
    /// The engine let go of the run because of an error outside of it.
    RunStopped { run_id: &'a RunId, status: RunStatus },
    /// The run has ended, or waits. The last event.
    RunFinished { result: &'a WorkflowResult },
}

impl<'a> Event<'a> {
    /// Returns the event that the engine reports; `None` for what is of no interest outside, and for the end, which the
    /// command tells itself once it is certain.
    pub(super) fn of_engine(event: &RunEvent<'a>) -> Option<Self> {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Some(match *event {
            RunEvent::RunStarted {
                run_id,
                workflow_id,
                steps_total,
                steps_ended,
                resumed,
            } => Self::RunStarted {
                run_id,
                workflow_id,
                steps_total,
                steps_ended,
                resumed,
            },
            RunEvent::Rejected { run_id, findings } => Self::Rejected { run_id, findings },
            RunEvent::Denied {
                run_id,
                step_id,
                code,
            } => Self::Denied {
                run_id,
                step_id,
                code,
            },
            RunEvent::AttemptStarted {
                run_id,
                step_id,
                skill_id,
                attempt,
            } => Self::AttemptStarted {
                run_id,
                step_id,
                skill_id,
                attempt,
            },
            RunEvent::AttemptFinished {
                run_id,
                step_id,
                attempt,
                duration,
                cost,
                error_code,
                ..
            } => Self::AttemptFinished {
                run_id,
                step_id,
                attempt,
                duration_ms: millis(duration),
                cost_cents: cost,
                error_code,
            },
            RunEvent::RetryScheduled {
                run_id,
                step_id,
                attempt,
                error_code,
                delay,
            } => Self::RetryScheduled {
                run_id,
                step_id,
                attempt,
                error_code,
                delay_ms: millis(delay),
            },
            RunEvent::StepCommitted {
                run_id,
                step_index,
                skill_id,
                result,
            } => Self::StepCommitted {
                run_id,
                step_index,
                skill_id,
                result,
            },
            RunEvent::RunStopped { run_id, status } => Self::RunStopped { run_id, status },
            _ => return None,
        })
    }
}
