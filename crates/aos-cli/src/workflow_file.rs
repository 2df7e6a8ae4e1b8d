//! Workflow files: from a path to a checked plan.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use aos_engine::check_skills;
use aos_spec::{ErrorCode, SkillRegistry, WorkflowPlan, WorkflowSpec, check::Problem, limits};
use serde_json::{Map, Value};

use crate::{error::CliError, problem::ProblemReport, render::units};

/// A workflow file that has been read and not yet checked.
#[derive(Debug)]
pub(crate) struct WorkflowFile {
    /// The path as it was given.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl WorkflowFile {
    /// Reads the file at `path`; `-` stands for standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        Ok(Self {
            name: path.display().to_string(),
            text: String::from_utf8_lossy(&read(path)?).into_owned(),
        })
    }

    /// Returns the plan of the workflow, whose steps call skills of `skills` alone.
    pub(crate) fn check(&self, skills: &SkillRegistry) -> Result<WorkflowPlan, Vec<Problem>> {
        let spec: WorkflowSpec = serde_json::from_str(&self.text)
            .map_err(|e| vec![Problem::new(ErrorCode::SyntaxError, "", e.to_string())])?;
        let plan = WorkflowPlan::new(spec)?;
        let problems = check_skills(&plan, skills);
        if problems.is_empty() {
            Ok(plan)
        } else {
            Err(problems)
        }
    }

    pub(crate) fn check_or_refuse(&self, skills: &SkillRegistry) -> Result<WorkflowPlan, CliError> {
        self.check(skills).map_err(|problems| {
            let mut error = CliError::new(
                ErrorCode::InvalidSpec,
                format!("the workflow has {}", units::count(problems.len(), "problem")),
            );
            error.problems = Some(Box::new(ProblemReport::new(&self.name, &self.text, &problems)));
            error.at(&self.name)
        })
    }
}

/// Reads a file, and no more of it than any valid one has.
fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let too_much = limits::MAX_SPEC_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(too_much).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(too_much).read_to_end(&mut bytes))
    };
    read.map_err(|error| CliError::io("read the file", path, &error))?;
    Ok(bytes)
}

/// Returns the object that the file at `path` holds.
pub(crate) fn read_object(path: &Path) -> Result<Map<String, Value>, CliError> {
    serde_json::from_slice(&read(path)?).map_err(|e| CliError::new(ErrorCode::InvalidInput, e.to_string()))
}
