//! What goes into the machine, and what comes out.

use std::time::Duration;

use aos_spec::{
    ContentHash, ErrorCode, RunStatus, StepFailure, StepIndex, StepResult,
    journal::{JournalRow, RunError},
    port::Decision,
    skill::SkillOutput,
};

/// Numbers the writes of a machine, from 1.
pub type WriteNumber = u64;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The policy has decided about an attempt.
    Decided {
        /// The step.
        step: StepIndex,
        /// The decision.
        decision: Decision,
    },
    /// An attempt has ended.
    Attempted {
        /// The step.
        step: StepIndex,
        /// How.
        answer: Answer,
        /// How long it took.
        duration: Duration,
    },
    /// The attempt is not made: the step ends as it did when the run was recorded.
    Served {
        /// The step.
        step: StepIndex,
        /// The recorded result; its cost and retries are those of all recorded attempts.
        result: Box<StepResult>,
    },
    /// The wait before the next attempt of a step is over.
    Woken {
        /// The step.
        step: StepIndex,
    },
    /// All writes up to this one are durable.
    Written {
        /// The write.
        write: WriteNumber,
    },
    /// Somebody wants the run to stop.
    Stop(Stop),
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The skill answered, or failed.
    Skill(Result<SkillOutput, StepFailure>),
    /// The attempt was cancelled and has not answered.
    Cancelled,
}

/// Why a run stops before its steps have ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// The state in which the run is left.
    pub status: RunStatus,
    /// Why, unless the status says it all.
    pub error: Option<RunError>,
    /// Whether running attempts are cancelled instead of awaited.
    pub cancel_attempts: bool,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask whether the next attempt of a step may begin; answered by [`Input::Decided`].
    Authorize {
        /// The step.
        step: StepIndex,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// Call the skill of a step; answered by [`Input::Attempted`].
    Invoke {
        /// The step.
        step: StepIndex,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// Wait before the next attempt of a step; answered by [`Input::Woken`].
    Sleep {
        /// The step.
        step: StepIndex,
        /// How long.
        delay: Duration,
        /// Why the last attempt failed.
        code: ErrorCode,
    },
    /// Cancel whatever the step is doing. A cancelled authorization or sleep is not answered; a cancelled attempt is.
    Cancel {
        /// The step.
        step: StepIndex,
    },
    /// Append a row to the journal; answered by [`Input::Written`].
    Append {
        /// The write.
        write: WriteNumber,
        /// The row.
        row: JournalRow,
    },
    /// A step has committed and is durable. These come in canonical order.
    Committed {
        /// The step.
        step: StepIndex,
    },
    /// Write the state in which the run is left, after all rows; answered by [`Input::Written`].
    Save {
        /// The write.
        write: WriteNumber,
        /// The state.
        status: RunStatus,
        /// The commit frontier.
        next_step_index: StepIndex,
        /// The checkpoint hash at the frontier.
        last_result_hash: ContentHash,
        /// Why the run did not complete.
        error: Option<RunError>,
    },
    /// The run is over, or waits; there are no further effects.
    Finish,
}
