//! Errors that keep a command from doing its work: what happened, where, what to do, and how the program ends.

use std::{fmt, io, path::Path};

use aos_engine::EngineError;
use aos_spec::{ErrorCode, failure::ErrorClass, journal::CorruptRun, port::StoreError};
use serde::Serialize;

use crate::{exit::Exit, problem::ProblemReport};

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct CliError {
    /// The row of the table of codes.
    pub(crate) code: ErrorCode,
    /// How the program ends.
    pub(crate) exit: Exit,
    /// What happened, as a fragment in lower case.
    pub(crate) message: String,
    /// The file, store or run that it happened to.
    pub(crate) place: Option<String>,
    /// What to do, as sentences; the last is the next command to type where there is one.
    pub(crate) advice: Vec<String>,
    /// The problems of workflow files, when they are the reason.
    pub(crate) problems: Option<Box<ProblemReport>>,
}

impl CliError {
    /// Returns an error whose exit code and advice are those of `code`.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            exit: Exit::of_code(code),
            message: message.into(),
            place: None,
            advice: vec![code.info().advice.into()],
            problems: None,
        }
    }

    /// Returns an error about the arguments of the program.
    pub(crate) fn usage(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
            .ending(Exit::Usage)
            .instead(advice)
    }

    /// Returns an error about a file, or a stream, that cannot be read or written.
    pub(crate) fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::NotFound => ErrorCode::DataNotFound,
            _ => ErrorCode::IoError,
        };
        Self::new(code, format!("{what}: {error}")).at(path.display())
    }

    /// Returns the error with the place where it happened.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.place.get_or_insert_with(|| place.to_string());
        self
    }

    /// Returns the error with more advice.
    #[must_use]
    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }

    /// Returns the error with this advice instead of that of its code.
    #[must_use]
    pub(crate) fn instead(mut self, advice: impl Into<String>) -> Self {
        self.advice = vec![advice.into()];
        self
    }

    /// Returns the error with another exit code.
    #[must_use]
    pub(crate) const fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Returns the error as a JSON document.
    pub(crate) fn document(&self) -> impl Serialize {
        serde_json::json!({ "error": {
            "code": self.code,
            "exit_code": self.exit.number(),
            "message": self.message,
            "place": self.place,
            "advice": self.advice,
            "problems": self.problems.as_ref().map_or(&[][..], |report| &report.problems),
        }})
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        let is_transient =
            error.class() == ErrorClass::Transient && !matches!(error.code(), ErrorCode::RunLocked);
        let cli = Self::new(error.code(), error.to_string());
        if is_transient {
            cli.with_advice("the run is kept as far as it was durable: `aos resume` goes on with it")
        } else {
            cli
        }
    }
}

impl From<CorruptRun> for CliError {
    fn from(error: CorruptRun) -> Self {
        Self::new(ErrorCode::DataCorrupt, error.to_string())
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
