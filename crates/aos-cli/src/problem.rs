//! Problems of workflow files as documents: what `aos validate` answers, and what other commands refuse a file with.

use aos_spec::{ErrorCode, check::Problem};
use schemars::JsonSchema;
use serde::Serialize;

use crate::render::diagnostic;

/// One problem of a workflow file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ProblemDocument {
    /// What is wrong, as a code; `aos explain CODE` tells more.
    pub(crate) code: ErrorCode,
    /// The file, as it was named on the command line.
    pub(crate) file: String,
    /// The line, from 1, when the place is known.
    pub(crate) line: Option<usize>,
    /// The column in characters, from 1, when the place is known.
    pub(crate) column: Option<usize>,
    /// JSON Pointer of the value that is wrong.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it in this very case.
    pub(crate) help: Option<String>,
    /// What to do about problems with this code.
    pub(crate) advice: String,
}

impl ProblemDocument {
    pub(crate) fn new(file: &str, problem: &Problem) -> Self {
        Self {
            code: problem.code,
            file: file.into(),
            line: problem.location.map(|location| location.line),
            column: problem.location.map(|location| location.column),
            pointer: problem.pointer.clone(),
            message: problem.message.clone(),
            help: problem.help.clone(),
            advice: problem.code.info().advice.into(),
        }
    }
}

/// The problems of one file, for programs and for people.
#[derive(Debug)]
pub(crate) struct ProblemReport {
    pub(crate) problems: Vec<ProblemDocument>,
    /// The problems with excerpts of the source, in colour.
    pub(crate) text: String,
}

impl ProblemReport {
    /// Returns the report on `problems` of the file `name`, whose content is `source`.
    pub(crate) fn new(name: &str, source: &str, problems: &[Problem]) -> Self {
        Self {
            problems: problems
                .iter()
                .map(|problem| ProblemDocument::new(name, problem))
                .collect(),
            text: diagnostic::problems(name, source, problems),
        }
    }
}
