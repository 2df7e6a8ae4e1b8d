//! What is wrong with a specification, and where.

use std::fmt;

use serde::Serialize;

use super::Location;
use crate::ErrorCode;

/// One problem of a specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// JSON Pointer (RFC 6901) of the value that is wrong.
    pub pointer: String,
    /// What is wrong, with the offending input in backticks.
    pub message: String,
    /// What to do about it in this very case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where the value stands in the file, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

impl Problem {
    /// Returns a problem without help or location.
    #[must_use]
    pub fn new(code: ErrorCode, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            pointer: pointer.into(),
            message: message.into(),
            help: None,
            location: None,
        }
    }

    /// Returns the problem with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.location, self.pointer.as_str()) {
            (Some(location), _) => write!(f, "{}:{}: ", location.line, location.column)?,
            (None, "") => {}
            (None, pointer) => write!(f, "{pointer}: ")?,
        }
        write!(f, "{} {}", self.code, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}
