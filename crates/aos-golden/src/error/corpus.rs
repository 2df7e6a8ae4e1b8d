//! Folders of goldens that cannot be worked with.

use std::{io, path::PathBuf};

use aos_spec::{ErrorCode, failure::ErrorClass};

use super::GoldenError;

/// A folder of goldens cannot be read, regenerated or accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// The operating system could not read or write.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The manifest is not valid.
    #[error("`{}`: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No case has a name that was asked for.
    #[error("no case has `{0}` in its name")]
    NothingSelected(String),
    /// Nothing waits to be accepted.
    #[error("nothing waits to be accepted; regenerate first")]
    NothingPending,
    /// A change of goldens needs a reason.
    #[error("say in one line why the goldens change")]
    NoReason,
    /// A golden cannot be read.
    #[error(transparent)]
    Golden(#[from] GoldenError),
    /// A pending golden holds a secret, or is that of another run.
    #[error("`{}`: {reason}", path.display())]
    Refused {
        /// The pending golden.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl CorpusError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Io { .. } => ErrorCode::IoError,
            Self::Manifest { .. } | Self::NoReason => ErrorCode::InvalidInput,
            Self::NothingSelected(_) | Self::NothingPending => ErrorCode::DataNotFound,
            Self::Golden(error) => error.code(),
            Self::Refused { .. } => ErrorCode::GoldenWriteFailed,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Io { .. } => ErrorClass::Transient,
            Self::Golden(error) => error.class(),
            _ => ErrorClass::Permanent,
        }
    }
}
