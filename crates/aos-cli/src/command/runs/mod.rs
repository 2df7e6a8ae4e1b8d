//! `aos runs`: what became of runs, and acting on them.

mod control;
mod delete;
mod list;
mod settle;
mod show;
mod watch;

use clap::Subcommand;

use crate::{error::CliError, exit::Exit, program::Context, runtime};

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List runs, those last written first
    List(list::ListArgs),
    /// Show a run with its steps, failures, costs and what to do next
    Show(show::ShowArgs),
    /// Follow a run until it ends or waits
    Watch(watch::WatchArgs),
    /// Cancel a run, for good
    #[command(after_help = "Example: aos runs cancel latest")]
    Cancel(control::ControlArgs),
    /// Pause a run between two steps
    #[command(after_help = "Example: aos runs pause latest")]
    Pause(control::ControlArgs),
    /// Decide about a step of which a crash left unknown whether it happened
    Settle(settle::SettleArgs),
    /// Delete a run and all that is stored of it
    Delete(delete::DeleteArgs),
}

impl RunsCommand {
    pub(crate) fn execute(self, context: &Context) -> Result<Exit, CliError> {
        runtime::block_on(async {
            match self {
                Self::List(args) => list::execute(context, args).await,
                Self::Show(args) => show::execute(context, &args).await,
                Self::Watch(args) => watch::execute(context, &args).await,
                Self::Cancel(args) => control::execute(context, &args, control::Request::Cancel).await,
                Self::Pause(args) => control::execute(context, &args, control::Request::Pause).await,
                Self::Settle(args) => settle::execute(context, args).await,
                Self::Delete(args) => delete::execute(context, &args).await,
            }
        })
    }
}
