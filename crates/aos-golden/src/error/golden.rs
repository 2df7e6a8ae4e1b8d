//! Goldens that cannot be read, verified, compared or replayed.

use std::{io, path::PathBuf};

use aos_spec::{ContentHash, ErrorCode, failure::ErrorClass};

use super::Damage;

/// A golden could not be read, verified or compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// The operating system could not read or write.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The golden or its signature is not what was signed, or not a golden at all.
    #[error("`{}`: {damage}", path.display())]
    Damaged {
        /// The file that the damage is in.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A golden is not overwritten and not signed a second time.
    #[error("`{}`: {reason}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: &'static str,
    },
}

impl GoldenError {
    /// Returns what is wrong with the golden, unless the operating system failed.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        match self {
            Self::Damaged { damage, .. } => Some(damage),
            Self::Io { .. } | Self::Refused { .. } => None,
        }
    }

    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Io { .. } => ErrorCode::IoError,
            Self::Damaged { damage, .. } => damage.code(),
            Self::Refused { .. } => ErrorCode::GoldenWriteFailed,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Io { .. } => ErrorClass::Transient,
            Self::Damaged { .. } | Self::Refused { .. } => ErrorClass::Permanent,
        }
    }
}

/// A golden cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// Something in the specification is hidden.
    #[error(
        "the golden does not hold its whole specification, because a redaction hides a part: give it beside the golden"
    )]
    SpecHidden,
    /// The recorded specification is not valid any more.
    #[error("the recorded specification is not valid: {0}")]
    SpecInvalid(String),
    /// The specification is not the recorded one.
    #[error("the specification has the hash {found}, and that of {recorded} was recorded")]
    SpecChanged {
        /// The hash in the golden.
        recorded: ContentHash,
        /// The hash of the specification.
        found: ContentHash,
    },
}

impl ReplayError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::SpecHidden => ErrorCode::DataNotFound,
            Self::SpecInvalid(_) => ErrorCode::InvalidSpec,
            Self::SpecChanged { .. } => ErrorCode::CheckpointStale,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}
