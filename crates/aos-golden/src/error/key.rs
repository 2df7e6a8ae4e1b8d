//! Keys that cannot be used.

use std::{io, path::PathBuf};

use aos_spec::{ErrorCode, failure::ErrorClass};

/// A key could not be read or made. Never holds any part of the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No key is configured; there is no default.
    #[error(
        "no golden key: set AOS_GOLDEN_KEY_FILE or AOS_GOLDEN_KEY, or ask for the published development key"
    )]
    NoKey,
    /// The text is not of the form of a key.
    #[error(
        "{origin}: not a key (expected `hex:…` or `base64:…`, after an optional class `dev`, `ci` or `release`)"
    )]
    Malformed {
        /// Where the text is from.
        origin: String,
    },
    /// The key is too short to be safe.
    #[error("the key has {found} bytes; at least {} are needed", crate::MIN_KEY_BYTES)]
    TooShort {
        /// The length of the key.
        found: usize,
    },
    /// Others can read or change the key file.
    #[error("`{}` is open to others: `chmod 600` it", path.display())]
    OpenToOthers {
        /// The key file.
        path: PathBuf,
    },
    /// The operating system could not read or write the key file.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
}

impl KeyError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Io { .. } | Self::NoRandomness(_) => ErrorCode::IoError,
            Self::NoKey | Self::OpenToOthers { .. } => ErrorCode::Unauthorized,
            Self::Malformed { .. } | Self::TooShort { .. } => ErrorCode::InvalidInput,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}
