//! `aos validate`: all problems of all files at once, without running anything.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    output::write_aside,
    problem::ProblemDocument,
    program::Context,
    render::{diagnostic, style, units},
    shape,
    workflow_file::WorkflowFile,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos validate examples/*/*.yaml")]
pub(crate) struct ValidateArgs {
    /// Workflow files, JSON or YAML; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What the check of one file found.
#[derive(Debug, Serialize)]
struct FileDocument {
    file: String,
    valid: bool,
    #[serde(flatten)]
    facts: Option<Facts>,
    problems: Vec<ProblemDocument>,
}

/// What is known about a valid file.
#[derive(Debug, Serialize)]
struct Facts {
    workflow_id: String,
    steps: usize,
    levels: usize,
    hash: String,
}

pub(crate) fn execute(context: &Context, args: &ValidateArgs) -> Result<Exit, CliError> {
    let skills = compose::skills(std::path::Path::new("."))?;
    let mut documents = Vec::new();
    let mut lines = String::new();
    let mut worst = Exit::Ok;
    for path in &args.files {
        let (document, exit) = match WorkflowFile::read(path) {
            Ok(file) => check(&file, &skills, &mut lines),
            Err(error) => {
                write_aside(&diagnostic::error(&error));
                (unreadable(path, &error), error.exit)
            }
        };
        // Problems in a file that can be read say more than a file that cannot.
        if worst == Exit::Ok || exit == Exit::Invalid {
            worst = exit;
        }
        documents.push(document);
    }
    context.output.list(|| lines, "files", &documents)?;
    let first = documents.iter().flat_map(|document| &document.problems).next();
    if let Some(problem) = first {
        context
            .output
            .help(&format!("`aos explain {}` tells more", problem.code));
    }
    Ok(worst)
}

fn check(file: &WorkflowFile, skills: &aos_spec::SkillRegistry, lines: &mut String) -> (FileDocument, Exit) {
    let name = &file.name;
    match file.check(skills) {
        Ok(plan) => {
            let facts = Facts {
                workflow_id: plan.spec().id.to_string(),
                steps: plan.len(),
                levels: shape::levels(&plan).into_iter().max().unwrap_or(0),
                hash: plan.hash().to_string(),
            };
            lines.push_str(&format!(
                "{}: {}, {}, {}, hash {}\n",
                name,
                style::paint(style::GOOD, "ok"),
                units::count(facts.steps, "step"),
                units::count(facts.levels, "level"),
                facts.hash,
            ));
            (
                FileDocument {
                    file: name.clone(),
                    valid: true,
                    facts: Some(facts),
                    problems: Vec::new(),
                },
                Exit::Ok,
            )
        }
        Err(problems) => {
            let report = file.report(&problems);
            lines.push_str(&report.text);
            lines.push_str(&format!(
                "{}: {}\n",
                name,
                style::paint(style::BAD, units::count(problems.len(), "problem")),
            ));
            (
                FileDocument {
                    file: name.clone(),
                    valid: false,
                    facts: None,
                    problems: report.problems,
                },
                Exit::Invalid,
            )
        }
    }
}

fn unreadable(path: &std::path::Path, error: &CliError) -> FileDocument {
    let file = path.display().to_string();
    let problem = aos_spec::check::Problem::new(error.code, "", &error.message);
    FileDocument {
        problems: vec![ProblemDocument::new(&file, &problem)],
        file,
        valid: false,
        facts: None,
    }
}
