//! `aos graph`: the steps of a workflow and their dependencies as a drawing.

use std::{fmt::Write, path::PathBuf};

use aos_spec::WorkflowPlan;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    output,
    program::Context,
    render::{style::Symbols, table::Table},
    shape,
    workflow_file::WorkflowFile,
};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos graph examples/triage/triage.yaml --format dot | dot -Tsvg > triage.svg"
)]
pub(crate) struct GraphArgs {
    /// Workflow file, JSON or YAML; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The language of the drawing
    #[arg(long, value_name = "LANGUAGE", default_value = "ascii")]
    format: Language,
}

/// The language of a drawing.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    /// A table in the order of execution
    Ascii,
    /// Mermaid, which GitHub and GitLab draw in Markdown
    Mermaid,
    /// Graphviz
    Dot,
    /// The graph as data
    Json,
}

#[derive(Debug, Serialize)]
struct GraphDocument<'a> {
    workflow_id: &'a str,
    steps: Vec<Node<'a>>,
}

#[derive(Debug, Serialize)]
struct Node<'a> {
    index: usize,
    id: &'a str,
    skill_id: &'a str,
    level: usize,
    depends_on: Vec<&'a str>,
}

impl<'a> GraphDocument<'a> {
    fn new(plan: &'a WorkflowPlan) -> Self {
        let levels = shape::levels(plan);
        let id = |index| plan.descriptor(index).id.as_str();
        let steps = plan.steps().iter().map(|step| Node {
            index: step.index().get(),
            id: id(step.index()),
            skill_id: plan.descriptor(step.index()).skill_id.as_str(),
            level: levels[step.index().get()],
            depends_on: step.depends_on().iter().map(|on| id(*on)).collect(),
        });
        Self {
            workflow_id: plan.spec().id.as_str(),
            steps: steps.collect(),
        }
    }
}

pub(crate) fn execute(context: &Context, args: &GraphArgs) -> Result<Exit, CliError> {
    let file = WorkflowFile::read(&args.file)?;
    let plan = file.check_or_refuse(&compose::skills(std::path::Path::new("."))?)?;
    let graph = GraphDocument::new(&plan);
    let text = match args.format {
        Language::Ascii => ascii(&graph, &context.output.symbols),
        Language::Mermaid => mermaid(&plan),
        Language::Dot => dot(&plan),
        Language::Json => output::pretty(&graph)? + "\n",
    };
    context.output.answer(|| text, &graph)?;
    Ok(Exit::Ok)
}

fn ascii(graph: &GraphDocument<'_>, symbols: &Symbols) -> String {
    let mut table = Table::new(["LEVEL", "STEP", "SKILL", "AFTER"]);
    for step in &graph.steps {
        let after = match step.depends_on.as_slice() {
            [] => String::new(),
            on => format!("{} {}", symbols.arrow, on.join(", ")),
        };
        table.row([
            step.level.to_string().into(),
            step.id.into(),
            step.skill_id.into(),
            after.into(),
        ]);
    }
    table.render()
}

/// Ids of steps and skills hold no character that Mermaid or Graphviz would read as anything but text inside quotes.
fn mermaid(plan: &WorkflowPlan) -> String {
    let mut text = String::from("flowchart TD\n");
    for step in plan.steps() {
        let described = plan.descriptor(step.index());
        let _ = writeln!(
            text,
            "  s{}[\"{}<br/>{}\"]",
            step.index(),
            described.id,
            described.skill_id
        );
    }
    for step in plan.steps() {
        for on in step.depends_on() {
            let _ = writeln!(text, "  s{on} --> s{}", step.index());
        }
    }
    text
}

fn dot(plan: &WorkflowPlan) -> String {
    let mut text = format!("digraph \"{}\" {{\n  node [shape=box];\n", plan.spec().id);
    for step in plan.steps() {
        let described = plan.descriptor(step.index());
        let _ = writeln!(
            text,
            "  s{} [label=\"{}\\n{}\"];",
            step.index(),
            described.id,
            described.skill_id
        );
    }
    for step in plan.steps() {
        for on in step.depends_on() {
            let _ = writeln!(text, "  s{on} -> s{};", step.index());
        }
    }
    text.push_str("}\n");
    text
}
