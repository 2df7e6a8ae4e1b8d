//! Who writes down what a run did, in canonical order.

use async_trait::async_trait;

use crate::{
    Effect, ErrorCode, RunId, Seed, SkillId, StepIndex, StepResult, WorkflowResult, journal::RunHeader,
};

/// How a recording begins.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunStart {
    /// What the run was started with.
    pub header: RunHeader,
    /// Whether the run is a replay of a recording.
    pub replay: bool,
}

impl RunStart {
    /// Returns the beginning of the recording of a live run.
    #[must_use]
    pub const fn live(header: RunHeader) -> Self {
        Self {
            header,
            replay: false,
        }
    }

    /// Returns the beginning of the recording of a replay.
    #[must_use]
    pub const fn replayed(header: RunHeader) -> Self {
        Self { header, replay: true }
    }
}

/// One committed step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StepRecord {
    /// The position in canonical order.
    pub index: StepIndex,
    /// The skill that was called.
    pub skill_id: SkillId,
    /// What calling the skill means for the world outside.
    pub effect: Effect,
    /// The seed of the step.
    pub seed: Seed,
    /// How the step ended.
    pub result: StepResult,
}

impl StepRecord {
    /// Returns the record of one committed step.
    #[must_use]
    pub const fn new(
        index: StepIndex,
        skill_id: SkillId,
        effect: Effect,
        seed: Seed,
        result: StepResult,
    ) -> Self {
        Self {
            index,
            skill_id,
            effect,
            seed,
            result,
        }
    }
}

/// A recorder could not write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record the run: {message}")]
pub struct RecorderError {
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// Why not.
    pub message: String,
}

/// Writes down what runs do.
///
/// The engine calls in canonical order and one call at a time per run: one start, each committed step once, one end.
/// What it passes is durable in the store already. When a run is resumed the calls begin again from the start, with the
/// same content, so that an incomplete recording is replaced by a whole one. A run that pauses or is interrupted has no
/// end yet.
#[async_trait]
pub trait RunRecorder: Send + Sync {
    /// Begins the recording of a run, replacing one that has no end.
    ///
    /// # Errors
    ///
    /// [`RecorderError`]; the run then stops and can be resumed.
    async fn record_run_start(&self, start: &RunStart) -> Result<(), RecorderError>;

    /// Adds a committed step.
    ///
    /// # Errors
    ///
    /// [`RecorderError`]; the run then stops and can be resumed.
    async fn record_step(&self, run_id: &RunId, step: &StepRecord) -> Result<(), RecorderError>;

    /// Ends the recording; when this returns it is complete, signed and durable.
    ///
    /// # Errors
    ///
    /// [`RecorderError`]; the run has ended all the same, and running it again completes the recording.
    async fn record_run_end(&self, result: &WorkflowResult) -> Result<(), RecorderError>;
}
