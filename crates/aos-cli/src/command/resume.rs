//! `aos resume`: a run from what the store knows about it.

use clap::Args;

use crate::{
    error::CliError,
    execution::{self, Beginning, ExecutionArgs},
    exit::Exit,
    ids::{self, RunName},
    program::Context,
    runtime, store,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos resume latest\n\n\
    The workflow, seed and parameters come from the store. Paths of files are relative to `--files` here as they were \
    for `aos run`, so resume in the same folder or name it. A finished run prints its stored result.")]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    run: RunName,

    #[command(flatten)]
    execution: ExecutionArgs,
}

pub(crate) fn execute(context: &Context, args: &ResumeArgs) -> Result<Exit, CliError> {
    let name = args.run.parse()?;
    let sandbox = args.execution.sandbox.sandbox()?;
    runtime::block_on_threads(store::with_existing_store(context, async |store| {
        let run_id = ids::resolve(store.port().as_ref(), name).await?;
        let run = store::load(store.port().as_ref(), &run_id).await?;
        context
            .output
            .note(&format!("resume {run_id}  workflow {}", run.plan.spec().id));
        execution::execute(
            context,
            &args.execution,
            &store,
            &run.plan,
            sandbox,
            Beginning::Stored(run_id),
        )
        .await
    }))
}
