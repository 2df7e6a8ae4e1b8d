//! The commands: one file for each, with its arguments and what it does.
//!
//! To add one, add its file, a row to [`Command`] and a row to [`Command::execute`].

mod completions;
mod doctor;
mod explain;
mod failures;
mod golden;
mod graph;
mod plan;
mod policy;
mod resume;
mod run;
mod runs;
mod sandbox;
mod schema;
mod serve;
mod simulate;
mod skills;
mod validate;

use clap::Subcommand;

use crate::{error::CliError, exit::Exit, program::Context};

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check workflow files and show all problems
    Validate(validate::ValidateArgs),
    /// Run a workflow, show its progress, and wait for its end
    Run(run::RunArgs),
    /// Show what a workflow would do and cost, and which rules would refuse it
    Simulate(simulate::SimulateArgs),
    /// Go on with a run that was interrupted, paused or settled
    Resume(resume::ResumeArgs),
    /// Look at stored runs, and act on them
    #[command(subcommand)]
    Runs(runs::RunsCommand),
    /// Verify, compare, replay and sign the goldens of runs
    #[command(subcommand)]
    Golden(golden::GoldenCommand),
    /// Show which failures there were, how often, and what became of them
    Failures(failures::FailuresArgs),
    /// Check the plans of agents, and make plans of their tool calls
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Ask the sandbox about single texts
    #[command(subcommand)]
    Sandbox(sandbox::SandboxCommand),
    /// Look at rules and budgets, and stop everything in an emergency
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Look at the skills that workflows can call
    #[command(subcommand)]
    Skills(skills::SkillsCommand),
    /// Draw the steps of a workflow and their dependencies
    Graph(graph::GraphArgs),
    /// Print the JSON Schema of workflow files or of an answer
    Schema(schema::SchemaArgs),
    /// Explain an error code or a topic
    Explain(explain::ExplainArgs),
    /// Serve what happens in the store to Prometheus
    Serve(serve::ServeArgs),
    /// Check that the program can work here
    Doctor(doctor::DoctorArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

impl Command {
    pub(crate) fn execute(self, context: &Context) -> Result<Exit, CliError> {
        match self {
            Self::Validate(args) => validate::execute(context, &args),
            Self::Run(args) => run::execute(context, args),
            Self::Resume(args) => resume::execute(context, &args),
            Self::Simulate(args) => simulate::execute(context, &args),
            Self::Failures(args) => failures::execute(context, &args),
            Self::Golden(command) => command.execute(context),
            Self::Plan(command) => command.execute(context),
            Self::Sandbox(command) => command.execute(context),
            Self::Policy(command) => policy::execute(context, &command),
            Self::Runs(command) => command.execute(context),
            Self::Skills(command) => skills::execute(context, &command),
            Self::Graph(args) => graph::execute(context, &args),
            Self::Schema(args) => schema::execute(context, &args),
            Self::Explain(args) => explain::execute(context, &args),
            Self::Serve(args) => serve::execute(context, &args),
            Self::Doctor(args) => doctor::execute(context, &args),
            Self::Completions(args) => completions::execute(context, &args),
        }
    }
}
