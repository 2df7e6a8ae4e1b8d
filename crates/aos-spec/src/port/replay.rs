//! Where a replay takes its answers from.

use crate::{Effect, ErrorCode, RunStatus, StepId, StepIndex, journal::RunError, port::StepRecord};

/// How a recorded run ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedEnding {
    /// The final state of the run.
    pub status: RunStatus,
    /// Why the run did not complete.
    pub error: Option<RunError>,
}

impl RecordedEnding {
    /// Returns the ending of a recorded run.
    #[must_use]
    pub const fn new(status: RunStatus, error: Option<RunError>) -> Self {
        Self { status, error }
    }
}

impl StepRecord {
    /// Whether a replay performs the step again: its skill is pure, and its end followed from the seed and the inputs
    /// alone. A passed time limit and a cancellation came from outside, so they are served like everything else.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        matches!(self.effect, Effect::Pure)
            && !matches!(
                self.result.error_code,
                Some(ErrorCode::Timeout | ErrorCode::Cancelled)
            )
    }
}

/// A recording that a run is replayed from.
///
/// The engine performs a step again when its record [is repeatable](StepRecord::is_repeatable) and the registered skill
/// declares itself pure as well. Every other step ends with its recorded result: its skill is not called and need not be
/// registered, and no policy is asked. A step that the recording does not hold never calls a skill either: the replay ends
/// there as [`ending`](ReplaySource::ending) tells when all recorded steps have been committed, and has diverged otherwise.
///
/// What the replay records is then compared with the recording, so a source does not judge; it only answers.
pub trait ReplaySource: Send + Sync {
    /// Returns the record of the step at `index`; `None` when the recording has none there, or one of another step.
    fn recorded(&self, index: StepIndex, step_id: &StepId) -> Option<&StepRecord>;

    /// Returns how the recorded run ended.
    fn ending(&self) -> &RecordedEnding;
}
