//! What is wrong with a specification, and where.

use std::fmt;

use serde::Serialize;

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

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Where the place begins, in bytes.
    pub start: usize,
    /// Where the place ends, in bytes.
    pub end: usize,
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

impl Location {
    /// Returns the place of the bytes from `start` to `end` in `text`; both are moved to character borders.
    #[must_use]
    pub fn in_text(text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let end = text.ceil_char_boundary(end.max(start));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            start,
            end,
        }
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
