//! `aos resume`: a run from what the store knows about it.

use clap::Args;

use crate::{
    error::CliError,
    execution::{self, Beginning, ExecutionArgs},
    exit::Exit,
    ids,
    program::Context,
    runtime, store,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos resume latest\n\n\
    The workflow, seed and parameters come from the store. Paths of files are relative to `--files` here as they were \
    for `aos run`, so resume in the same folder or name it. A finished run prints its stored result.")]
pub(crate) struct ResumeArgs {
    /// The run: its id, a suffix of at least 4 characters, or `latest`
    #[arg(value_name = "RUN")]
    run: String,

    #[command(flatten)]
    execution: ExecutionArgs,
}

pub(crate) fn execute(context: &Context, args: &ResumeArgs) -> Result<Exit, CliError> {
    runtime::block_on_threads(async {
        let store = store::open_existing(context).await?;
        let run_id = ids::resolve(store.as_ref(), &args.run).await?;
        let run = store::load(store.as_ref(), &run_id).await?;
        context.output.note(&format!("resume {run_id}  workflow {}", run.plan.spec().id));
        execution::execute(context, &args.execution, store, &run.plan, Beginning::Stored(run_id)).await
    })
}
