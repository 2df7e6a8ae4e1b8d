//! Why a value or a text has no canonical form.

use std::fmt;

use crate::{ErrorCode, failure::ErrorClass, limits};

/// The reason why a value cannot be written, or a text not read, as canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalError {
    /// Nested more deeply than [`limits::MAX_NESTING`].
    #[error("nested more than {} levels deep", limits::MAX_NESTING)]
    TooDeep,
    /// The value cannot be written as JSON.
    #[error("not representable as JSON: {0}")]
    NotJson(String),
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// The text is JSON, but not in its canonical form.
    #[error("not canonical JSON: it differs from the canonical form at byte {offset}")]
    NotCanonical {
        /// The first byte that differs.
        offset: usize,
    },
}

impl CanonicalError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::TooDeep => ErrorCode::LimitExceeded,
            Self::NotJson(_) => ErrorCode::SerializationError,
            Self::Syntax(_) | Self::NotCanonical { .. } => ErrorCode::DeserializationError,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}

impl serde::ser::Error for CanonicalError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::NotJson(message.to_string())
    }
}
