//! `aos plan check`: what the sandbox finds in a plan.

use std::path::{Path, PathBuf};

use aos_sandbox::{Guard, PlannerSandbox, Rule, SandboxFinding, SandboxReport, render};
use aos_spec::{
    ErrorCode, SkillManifest,
    check::{Location, Problem},
    source::{Document, Format},
};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::{
    args, compose,
    error::CliError,
    execution::SandboxArgs,
    exit::Exit,
    output,
    program::Context,
    render::{diagnostic, style, units},
    workflow_file::WorkflowFile,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos plan check plan.json\n\
    Example: aos plan check plan.json --format sarif > plan.sarif\n\n\
    Ends with 0 when the plan may run, with 4 when the sandbox refuses it, and with 3 when it is no plan. The limits are \
    those for plans of agents, which are tighter than those of `aos run`: `--sandbox` moves them.")]
pub(crate) struct CheckArgs {
    /// Plan, JSON or YAML; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print the findings for another program, instead of text
    #[arg(long, value_name = "FORMAT")]
    format: Option<Report>,

    /// File with the skills that the plan may call, as `aos skills list -o json` prints them; by default those of this
    /// program
    #[arg(long, value_name = "FILE")]
    skills: Option<PathBuf>,

    /// Allow skills that this program does not know; what they do with their inputs is then unknown
    #[arg(long, conflicts_with = "skills")]
    any_skill: bool,

    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// The form of a report for other programs.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Report {
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
}

/// The answer.
#[derive(Debug, Serialize)]
struct PlanDocument<'a> {
    file: &'a str,
    valid: bool,
    violations: Vec<FindingDocument<'a>>,
    warnings: Vec<FindingDocument<'a>>,
    guards: &'a [Guard],
    stats: aos_sandbox::Stats,
    engine: &'a str,
    ruleset_hash: String,
}

/// A finding with its place in the file.
#[derive(Debug, Serialize)]
struct FindingDocument<'a> {
    code: ErrorCode,
    #[serde(flatten)]
    finding: &'a SandboxFinding,
    line: Option<usize>,
    column: Option<usize>,
}

/// The skills in a file.
#[derive(Debug, Deserialize)]
struct Skills {
    skills: Vec<SkillManifest>,
}

pub(crate) fn execute(context: &Context, args: &CheckArgs) -> Result<Exit, CliError> {
    let sandbox = sandbox(args)?;
    let mut file = WorkflowFile::read(&args.file)?;
    // A list of steps is a plan too, and without a name only its first character tells JSON from YAML.
    if Format::of_path(&args.file).is_none() && file.bytes.trim_ascii_start().starts_with(b"[") {
        file.format = Format::Json;
    }
    let (document, problems) = Document::parse_partly(&file.bytes, file.format);
    let report = match (file.format, &document) {
        (Format::Json, Some(_)) => sandbox.validate_bytes(&file.bytes),
        (Format::Yaml, Some(document)) if problems.is_empty() => sandbox.validate(document.value()),
        _ => {
            let mut error = file.refuse(&problems);
            error.code = ErrorCode::InvalidPlan;
            error.message = "this cannot be read as a plan".into();
            return Err(error);
        }
    };
    let places = Places {
        document: document.as_ref(),
        problems: &problems,
    };
    if let Some(metrics) = context.metrics.read().filter(|_| !report.valid) {
        let found = report.violations.iter();
        metrics.sandbox_rejected(found.filter_map(|finding| finding.forbidden_skill.as_deref()));
    }
    answer(context, args, &file, &report, &places)?;
    Ok(match report.violations.first() {
        None => Exit::Ok,
        Some(first) if [Rule::PlanShape, Rule::PlanInvalidJson].contains(&first.rule_id) => Exit::Invalid,
        Some(_) => Exit::Denied,
    })
}

fn sandbox(args: &CheckArgs) -> Result<PlannerSandbox, CliError> {
    let sandbox = args.sandbox.sandbox()?;
    if args.any_skill {
        return Ok(sandbox);
    }
    let Some(path) = &args.skills else {
        return Ok(sandbox.with_skills(&compose::skills(Path::new("."))?));
    };
    let text = std::fs::read(path).map_err(|error| CliError::io("read the skills", path, &error))?;
    let skills: Skills = serde_json::from_slice(&text).map_err(|error| {
        CliError::new(ErrorCode::InvalidInput, format!("read the skills: {error}"))
            .at(path.display())
            .instead("`aos skills list -o json` prints a file of this form")
    })?;
    Ok(sandbox.with_manifests(skills.skills))
}

/// Where findings stand, as far as the text could be read.
struct Places<'a> {
    document: Option<&'a Document>,
    problems: &'a [Problem],
}

impl Places<'_> {
    fn of(&self, finding: &SandboxFinding) -> Option<Location> {
        // Of a key that stands twice, the second is the one to remove.
        let is_it = |problem: &&Problem| {
            problem.code == ErrorCode::DuplicateKey && problem.pointer == finding.pointer
        };
        let duplicate = self.problems.iter().find(is_it);
        let duplicate = duplicate.filter(|_| finding.rule_id == Rule::PlanDuplicateKey);
        duplicate
            .and_then(|problem| problem.location)
            .or_else(|| render::locate(finding, self.document?))
    }

    fn documents<'r>(&self, findings: &'r [SandboxFinding]) -> Vec<FindingDocument<'r>> {
        findings
            .iter()
            .map(|finding| {
                let place = self.of(finding);
                FindingDocument {
                    code: finding.rule_id.code(),
                    finding,
                    line: place.map(|place| place.line),
                    column: place.map(|place| place.column),
                }
            })
            .collect()
    }
}

fn answer(
    context: &Context,
    args: &CheckArgs,
    file: &WorkflowFile,
    report: &SandboxReport,
    places: &Places<'_>,
) -> Result<(), CliError> {
    match args.format {
        Some(Report::Sarif) => {
            let sarif = render::to_sarif(report, &file.name, places.document);
            return output::write_answer(&(output::pretty(&sarif)? + "\n"));
        }
        Some(Report::Github) => {
            return output::write_answer(&render::to_github(report, &file.name, places.document));
        }
        None => {}
    }
    let document = PlanDocument {
        file: &file.name,
        valid: report.valid,
        violations: places.documents(&report.violations),
        warnings: places.documents(&report.warnings),
        guards: &report.guards,
        stats: report.stats,
        engine: report.engine,
        ruleset_hash: format!("{:x}", report.ruleset_hash),
    };
    context.output.answer(|| text(file, report, places), &document)?;
    if context.output.format == args::Format::Text && !report.valid {
        context.output.help("`aos explain sandbox` tells more");
    }
    Ok(())
}

fn text(file: &WorkflowFile, report: &SandboxReport, places: &Places<'_>) -> String {
    let findings: Vec<_> = report
        .findings()
        .map(|finding| (finding, places.of(finding)))
        .collect();
    let source = places.document.map_or("", Document::text);
    let mut text = diagnostic::findings(&file.name, source, &findings);
    let verdict = if report.valid {
        style::paint(style::GOOD, "ok")
    } else {
        style::paint(style::BAD, "refused")
    };
    let mut counts = vec![units::count(report.stats.n_steps, "step")];
    for (n, what) in [
        (report.violations.len(), "violation"),
        (report.warnings.len(), "warning"),
        (report.guards.len(), "run-time check"),
    ] {
        if n > 0 {
            counts.push(units::count(n, what));
        }
    }
    text.push_str(&format!("{}: {verdict}, {}\n", file.name, counts.join(", ")));
    text
}
