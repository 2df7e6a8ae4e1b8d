//! `aos plan`: the plans of agents.

mod check;
mod import;

use clap::Subcommand;

use crate::{error::CliError, exit::Exit, program::Context};

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Show what the sandbox finds in a plan
    Check(check::CheckArgs),
    /// Make a workflow of the tool calls in an answer of a model
    Import(import::ImportArgs),
}

impl PlanCommand {
    pub(crate) fn execute(&self, context: &Context) -> Result<Exit, CliError> {
        match self {
            Self::Check(args) => check::execute(context, args),
            Self::Import(args) => import::execute(context, args),
        }
    }
}
