//! `aos runs`: what became of runs, and acting on them.

mod control;
mod delete;
mod list;
mod settle;
mod show;
mod watch;

use std::sync::Arc;

use aos_spec::{RunId, port::CheckpointStore};
use clap::Subcommand;

use crate::{
    error::CliError,
    exit::Exit,
    ids::{self, RunName},
    program::Context,
    runtime,
    store::{with_existing_store, with_store_if_exists},
};

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List runs, those last written first
    List(list::ListArgs),
    #[command(flatten)]
    Of(RunCommand),
}

/// What is done with one run.
#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// Show a run with its steps, failures, costs and what to do next
    #[command(after_help = "Example: aos runs show latest")]
    Show(RunName),
    /// Follow a run until it ends or waits
    #[command(after_help = watch::HELP)]
    Watch(RunName),
    /// Cancel a run, for good
    #[command(after_help = "Example: aos runs cancel latest")]
    Cancel(RunName),
    /// Pause a run between two steps
    #[command(after_help = "Example: aos runs pause latest")]
    Pause(RunName),
    /// Decide about a step of which a crash left unknown whether it happened
    Settle(settle::SettleArgs),
    /// Delete a run and all that is stored of it
    Delete(delete::DeleteArgs),
}

impl RunsCommand {
    pub(crate) fn execute(self, context: &Context) -> Result<Exit, CliError> {
        match self {
            Self::List(args) => runtime::block_on(with_store_if_exists(context, async |store| {
                list::execute(context, store.map(|store| store.port()), args).await
            })),
            Self::Of(command) => {
                let name = command.name().parse()?;
                runtime::block_on(with_existing_store(context, async |store| {
                    let store = store.port();
                    let run_id = ids::resolve(store.as_ref(), name).await?;
                    command.execute(context, store, run_id).await
                }))
            }
        }
    }
}

impl RunCommand {
    const fn name(&self) -> &RunName {
        match self {
            Self::Show(run) | Self::Watch(run) | Self::Cancel(run) | Self::Pause(run) => run,
            Self::Settle(args) => &args.run,
            Self::Delete(args) => &args.run,
        }
    }

    async fn execute(
        self,
        context: &Context,
        store: Arc<dyn CheckpointStore>,
        run_id: RunId,
    ) -> Result<Exit, CliError> {
        match self {
            Self::Show(_) => show::execute(context, store.as_ref(), &run_id).await,
            Self::Watch(_) => watch::execute(context, store.as_ref(), &run_id).await,
            Self::Cancel(_) => control::cancel(context, store, &run_id).await,
            Self::Pause(_) => control::pause(context, store, &run_id).await,
            Self::Settle(args) => settle::execute(context, store, &run_id, args).await,
            Self::Delete(args) => delete::execute(context, store.as_ref(), &run_id, args.yes).await,
        }
    }
}
