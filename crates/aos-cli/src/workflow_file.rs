//! Workflow files: from a path to a checked plan.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use aos_engine::check_skills;
use aos_sandbox::PlannerSandbox;
use aos_spec::{
    ErrorCode, SkillRegistry, WorkflowPlan,
    check::{self, Problem},
    limits,
    source::{Document, Format},
};
use serde_json::{Map, Value};

use crate::{error::CliError, exit::Exit, problem::ProblemReport, render::units};

/// A workflow file that has been read and not yet checked.
#[derive(Debug)]
pub(crate) struct WorkflowFile {
    /// The path as it was given.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
}

impl WorkflowFile {
    /// Reads the file at `path`; `-` stands for standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let bytes = read(path)?;
        let format = Format::of_path(path).unwrap_or_else(|| Format::of_text(&bytes));
        let name = if is_stdin(path) {
            "standard input".into()
        } else {
            path.display().to_string()
        };
        Ok(Self { name, bytes, format })
    }

    /// Returns the plan of the workflow, whose steps call skills of `skills` alone.
    pub(crate) fn check(&self, skills: &SkillRegistry) -> Result<WorkflowPlan, Vec<Problem>> {
        let plan = check::check_text(&self.bytes, self.format)?;
        let problems = check_skills(&plan, skills);
        if problems.is_empty() {
            Ok(plan)
        } else {
            Err(self.located(problems)?)
        }
    }

    /// Returns problems that have only a pointer with their places, for which the text is read again.
    fn located(&self, mut problems: Vec<Problem>) -> Result<Vec<Problem>, Vec<Problem>> {
        let document = Document::parse(&self.bytes, self.format)?;
        for problem in &mut problems {
            problem.location = document.locate(&problem.pointer);
        }
        Ok(problems)
    }

    /// Returns the plan of a workflow that is about to run. A skill that the sandbox denies need not exist: the run that
    /// asks for it is refused, and kept as such.
    ///
    /// # Errors
    ///
    /// One error with all problems of the file.
    pub(crate) fn check_to_run(
        &self,
        skills: &SkillRegistry,
        sandbox: &PlannerSandbox,
    ) -> Result<WorkflowPlan, CliError> {
        let checked = check::check_text(&self.bytes, self.format).and_then(|plan| {
            let problems = check_skills(&plan, skills);
            let mut steps = plan.spec().steps.iter();
            let may_begin =
                problems.is_empty() || steps.any(|step| sandbox.denied(step.skill_id.as_str()).is_some());
            if may_begin {
                Ok(plan)
            } else {
                Err(self.located(problems)?)
            }
        });
        checked.map_err(|problems| self.refuse(&problems))
    }

    /// Returns the plan of the workflow.
    ///
    /// # Errors
    ///
    /// One error with all problems of the file.
    pub(crate) fn check_or_refuse(&self, skills: &SkillRegistry) -> Result<WorkflowPlan, CliError> {
        self.check(skills).map_err(|problems| self.refuse(&problems))
    }

    /// Returns the error of a file with these problems.
    pub(crate) fn refuse(&self, problems: &[Problem]) -> CliError {
        let count = units::count(problems.len(), "problem");
        let mut error = CliError::new(ErrorCode::InvalidSpec, format!("the workflow has {count}"));
        error.problems = Some(Box::new(self.report(problems)));
        let first = problems
            .first()
            .map_or(ErrorCode::InvalidSpec, |problem| problem.code);
        error
            .at(&self.name)
            .instead(format!("`aos explain {first}` tells more"))
    }

    /// Returns a report on the problems of this file.
    pub(crate) fn report(&self, problems: &[Problem]) -> ProblemReport {
        ProblemReport::new(&self.name, &String::from_utf8_lossy(&self.bytes), problems)
    }
}

/// Returns the object that the file at `path` holds, in JSON or YAML.
pub(crate) fn read_object(path: &Path) -> Result<Map<String, Value>, CliError> {
    let bytes = read(path)?;
    let format = Format::of_path(path).unwrap_or_else(|| Format::of_text(&bytes));
    let document = Document::parse(&bytes, format).map_err(|problems| {
        let name = path.display().to_string();
        let report = ProblemReport::new(&name, &String::from_utf8_lossy(&bytes), &problems);
        let mut error = CliError::usage("the file of parameters cannot be used", "correct the file").at(name);
        error.problems = Some(Box::new(report));
        error
    })?;
    match document.value() {
        Value::Object(object) => Ok(object.clone()),
        _ => Err(CliError::new(
            ErrorCode::InvalidInput,
            "the file of parameters is no object of names and values",
        )
        .ending(Exit::Usage)
        .at(path.display())
        .instead("write it as `{ \"name\": value }`")),
    }
}

/// Reads a file, and no more of it than any valid one has.
fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let too_much = limits::MAX_SPEC_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().lock().take(too_much).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(too_much).read_to_end(&mut bytes))
    };
    read.map_err(|error| CliError::io("read the file", path, &error))?;
    Ok(bytes)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
