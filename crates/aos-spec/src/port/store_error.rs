//! Why a store could not do its work.

use super::FencingToken;
use crate::{ErrorCode, RunId, RunStatus, WorkerId, failure::ErrorClass, journal::CorruptRun};

/// The reason why a store could not do its work.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The run id is taken.
    #[error("create run `{0}`: it exists already")]
    AlreadyExists(RunId),
    /// No run has this id.
    #[error("find run `{0}`: no run has this id")]
    NotFound(RunId),
    /// Another worker holds the lease.
    #[error("acquire run `{run_id}`: worker `{owner}` is executing it")]
    Held {
        /// The run.
        run_id: RunId,
        /// Who holds the lease.
        owner: WorkerId,
    },
    /// The run has ended for good.
    #[error("acquire run `{run_id}`: it has ended as `{status}`")]
    Ended {
        /// The run.
        run_id: RunId,
        /// How it ended.
        status: RunStatus,
    },
    /// The lease was taken over, or the run deleted; the caller must stop.
    #[error("write to run `{run_id}`: the lease with token {token} was taken over")]
    Fenced {
        /// The run.
        run_id: RunId,
        /// The caller's token.
        token: FencingToken,
    },
    /// The checkpoint has another version than the caller believes, or a row exists with other content.
    #[error("write to run `{run_id}`: {reason}")]
    Conflict {
        /// The run.
        run_id: RunId,
        /// What was found instead.
        reason: String,
    },
    /// A stored row does not parse or does not match its hash.
    #[error(transparent)]
    Corrupt(#[from] CorruptRun),
    /// The store was written by a newer version of AOS.
    #[error("open the store: its format {found} is newer than the {supported} that this program reads")]
    TooNew {
        /// The version found.
        found: i64,
        /// The newest version that this program reads.
        supported: i64,
    },
    /// The store cannot be reached, and nothing was changed.
    #[error("reach the store: {0}")]
    Unavailable(String),
    /// The store failed in the middle of a write, which may or may not have taken effect.
    #[error("write to the store: {0}")]
    Ambiguous(String),
}

impl StoreError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::AlreadyExists(_) | Self::Conflict { .. } | Self::Fenced { .. } => {
                ErrorCode::CheckpointVersionConflict
            }
            Self::NotFound(_) => ErrorCode::RunNotFound,
            Self::Held { .. } => ErrorCode::RunLocked,
            Self::Ended { .. } => ErrorCode::ResumeFailed,
            Self::Corrupt(_) => ErrorCode::DataCorrupt,
            Self::TooNew { .. } => ErrorCode::CheckpointLoadFailed,
            Self::Unavailable(_) => ErrorCode::DbConnectionFailed,
            Self::Ambiguous(_) => ErrorCode::CheckpointSaveFailed,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Unavailable(_) | Self::Held { .. } => ErrorClass::Transient,
            Self::Ambiguous(_) => ErrorClass::Ambiguous,
            Self::Fenced { .. } => ErrorClass::Fenced,
            Self::AlreadyExists(_)
            | Self::NotFound(_)
            | Self::Ended { .. }
            | Self::Conflict { .. }
            | Self::Corrupt(_)
            | Self::TooNew { .. } => ErrorClass::Permanent,
        }
    }
}
