//! Why an engine could not do its work.

use aos_spec::{
    ErrorCode, RunId, StepId,
    check::Problem,
    failure::ErrorClass,
    journal::CorruptRun,
    port::{RecorderError, ReplaySourceError, StoreError},
};

/// The reason why an engine could not execute a run. What a workflow itself brings about is never one of these: that is
/// a [`WorkflowResult`](aos_spec::WorkflowResult).
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store could not do its work; the run can be resumed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The recorder could not write; the run can be resumed.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// The recording that is replayed cannot be read.
    #[error(transparent)]
    Recording(#[from] ReplaySourceError),
    /// Skills are missing, or the inputs do not fit the parameters: nothing was started.
    #[error("start the run: {}", list(.0))]
    Unrunnable(Vec<Problem>),
    /// The run id belongs to a run of something else.
    #[error("start run `{run_id}`: the id belongs to a run with another {difference}")]
    Stale {
        /// The run.
        run_id: RunId,
        /// What differs.
        difference: String,
    },
    /// The run id belongs to a run with another seed.
    #[error("start run `{run_id}`: the id belongs to a run with seed {stored}, not {given}")]
    SeedDrift {
        /// The run.
        run_id: RunId,
        /// The seed of the stored run.
        stored: String,
        /// The seed that was given.
        given: String,
    },
    /// This engine is executing the run already.
    #[error("start run `{0}`: this engine is executing it already")]
    Running(RunId),
    /// No decision is due on this step.
    #[error("settle step `{step_id}` of run `{run_id}`: {reason}")]
    NotDue {
        /// The run.
        run_id: RunId,
        /// The step.
        step_id: StepId,
        /// Why not.
        reason: String,
    },
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl From<CorruptRun> for EngineError {
    fn from(corrupt: CorruptRun) -> Self {
        Self::Store(corrupt.into())
    }
}

impl EngineError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Store(error) => error.code(),
            Self::Recorder(error) => error.code,
            Self::Recording(error) => error.code,
            Self::Unrunnable(problems) => problems
                .first()
                .map_or(ErrorCode::InvalidSpec, |problem| problem.code),
            Self::Stale { .. } => ErrorCode::CheckpointStale,
            Self::SeedDrift { .. } => ErrorCode::SeedDrift,
            Self::Running(_) => ErrorCode::RunLocked,
            Self::NotDue { .. } => ErrorCode::ResumeFailed,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Store(error) => error.class(),
            Self::Recorder(_) | Self::Running(_) => ErrorClass::Transient,
            Self::Recording(_)
            | Self::Unrunnable(_)
            | Self::Stale { .. }
            | Self::SeedDrift { .. }
            | Self::NotDue { .. } => ErrorClass::Permanent,
        }
    }
}
