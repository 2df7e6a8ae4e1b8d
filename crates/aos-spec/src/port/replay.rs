//! Where a replay takes its answers from.

use serde_json::{Map, Value};

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

/// A recording cannot be read any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the recording: {message}")]
pub struct ReplaySourceError {
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// Why not.
    pub message: String,
}

/// A recording that a run is replayed from.
///
/// A replay performs a step again when its record [is repeatable](StepRecord::is_repeatable), the registered skill
/// declares itself pure as well, and the recording [does not hide its inputs](ReplaySource::hides). Every other step ends with its
/// recorded result: its skill is not called and need not be registered, and no policy is asked. A step that the recording
/// does not hold calls no skill either: the replay ends there as [`ending`](ReplaySource::ending) tells.
///
/// What the replay records is then compared with the recording, so a source does not judge; it only answers.
pub trait ReplaySource: Send {
    /// Returns the record of the step at `index`; `None` when the recording has none there, or one of another step. Asked
    /// in ascending order and once for each step, so that a source need not keep what it has read.
    ///
    /// # Errors
    ///
    /// [`ReplaySourceError`] when the recording cannot be read, or is not any more what it was.
    fn recorded(
        &mut self,
        index: StepIndex,
        step_id: &StepId,
    ) -> Result<Option<StepRecord>, ReplaySourceError>;

    /// Whether the recording may hide what a step with `inputs` was called with; `None` when references in them lead nowhere.
    fn hides(&self, inputs: Option<&Map<String, Value>>) -> bool;

    /// Returns how the recorded run ended.
    fn ending(&self) -> &RecordedEnding;
}
