//! What a check has found.

use std::fmt;

/// A place in the repository that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the root of the repository, with `/`.
    pub path: String,
    /// The line, from 1; `None` when the whole file is meant.
    pub line: Option<usize>,
    /// The name of the broken rule.
    pub rule: &'static str,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Finding {
    /// Returns a finding about a whole file.
    #[must_use]
    pub fn in_file(rule: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            rule,
            message: message.into(),
        }
    }

    /// Returns a finding about one line.
    #[must_use]
    pub fn at_line(
        rule: &'static str,
        path: impl Into<String>,
        line: usize,
        message: impl Into<String>,
    ) -> Self {
        Self {
            line: Some(line),
            ..Self::in_file(rule, path, message)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            message,
        } = self;
        match line {
            Some(line) => write!(f, "{path}:{line}: {message} [{rule}]"),
            None => write!(f, "{path}: {message} [{rule}]"),
        }
    }
}
