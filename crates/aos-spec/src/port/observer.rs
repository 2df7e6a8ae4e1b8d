//! Who watches runs.

use std::time::Duration;

use crate::{
    ErrorCode, Money, RunId, RunStatus, SkillId, StepId, StepIndex, StepResult, WorkflowId, WorkflowResult,
    failure::ErrorClass, port::Finding,
};

/// Something that happened, as it happens: not in canonical order, and not durable yet unless it says so.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// An engine has begun or resumed a run.
    RunStarted {
        /// The run.
        run_id: &'a RunId,
        /// The workflow.
        workflow_id: &'a WorkflowId,
        /// The number of steps.
        steps_total: usize,
        /// The number of steps whose results were found in the store.
        steps_ended: usize,
        /// Whether the run existed before.
        resumed: bool,
    },
    /// The sandbox refused the plan, or the inputs of a step.
    Rejected {
        /// The run.
        run_id: &'a RunId,
        /// What was found.
        findings: &'a [Finding],
    },
    /// A policy denied a step.
    Denied {
        /// The run.
        run_id: &'a RunId,
        /// The step.
        step_id: &'a StepId,
        /// The row of the table of codes.
        code: ErrorCode,
    },
    /// An attempt has begun.
    AttemptStarted {
        /// The run.
        run_id: &'a RunId,
        /// The step.
        step_id: &'a StepId,
        /// The skill.
        skill_id: &'a SkillId,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// An attempt has ended.
    AttemptFinished {
        /// The run.
        run_id: &'a RunId,
        /// The step.
        step_id: &'a StepId,
        /// The skill.
        skill_id: &'a SkillId,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// How long it took.
        duration: Duration,
        /// What it cost.
        cost: Money,
        /// Why it failed.
        error_code: Option<ErrorCode>,
    },
    /// A failed attempt will be tried again.
    RetryScheduled {
        /// The run.
        run_id: &'a RunId,
        /// The step.
        step_id: &'a StepId,
        /// The number of the attempt that failed.
        attempt: u32,
        /// Why it failed.
        error_code: ErrorCode,
        /// When it will be tried again.
        delay: Duration,
    },
    /// A step has committed. These come in canonical order.
    StepCommitted {
        /// The run.
        run_id: &'a RunId,
        /// The step's position in canonical order.
        step_index: StepIndex,
        /// The skill.
        skill_id: &'a SkillId,
        /// How the step ended.
        result: &'a StepResult,
    },
    /// A write to the store has ended.
    CheckpointSaved {
        /// The run.
        run_id: &'a RunId,
        /// The number of rows of the journal that it held; none when only the checkpoint was written.
        rows: usize,
        /// How long it took until the write was durable.
        duration: Duration,
        /// Why it failed.
        error: Option<ErrorClass>,
    },
    /// A run was refused because its id belongs to a run with another seed.
    SeedDrift {
        /// The run.
        run_id: &'a RunId,
    },
    /// The engine has let go of a run: it has ended, or it waits.
    RunFinished {
        /// How the run ended, or where it stands.
        result: &'a WorkflowResult,
    },
    /// The engine has let go of a run because of an error outside the run; it can be resumed.
    RunStopped {
        /// The run.
        run_id: &'a RunId,
        /// The state in the store.
        status: RunStatus,
    },
}

/// Watches runs: progress on a terminal, metrics, logs.
///
/// Called on the path of every step, so it must return at once and must not panic.
pub trait RunObserver: Send + Sync {
    /// Takes notice of `event`.
    fn observe(&self, event: &RunEvent<'_>);
}
