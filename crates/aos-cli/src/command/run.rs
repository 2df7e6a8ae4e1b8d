//! `aos run`: a workflow from its file to its result.

use std::{path::PathBuf, sync::Arc};

use aos_engine::NewRun;
use aos_spec::{AgentId, ContentHash, RunId, Seed, port::Clock};
use clap::Args;

use crate::{
    compose,
    error::CliError,
    execution::{self, Beginning, ExecutionArgs},
    exit::Exit,
    ids,
    inputs::{self, Input},
    program::Context,
    render::style,
    runtime, shape,
    store::{self, SystemClock},
    workflow_file::{self, WorkflowFile},
};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos run examples/triage/triage.yaml --input log=examples/triage/incident.log\n\n\
    Prints the outputs of the final steps (those on which no other step depends) as one JSON object; with `-o json` \
    the whole result. A run id that is known is not started again: a finished run prints its stored result, an \
    unfinished one goes on."
)]
pub(crate) struct RunArgs {
    /// Workflow file, JSON or YAML; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A parameter: NAME=VALUE (JSON where that fits the declared type, otherwise text) or NAME:=JSON
    #[arg(short, long = "input", value_name = "NAME=VALUE", value_parser = Input::parse)]
    inputs: Vec<Input>,

    /// File with parameters as a JSON or YAML object; `--input` replaces single ones
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,

    /// Where all random choices come from; derived from the run id when absent
    #[arg(long, value_name = "N")]
    seed: Option<Seed>,

    /// Identifies the run; a new UUID when absent
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,

    /// On whose behalf the run acts
    #[arg(long, value_name = "ID")]
    agent: Option<AgentId>,

    #[command(flatten)]
    execution: ExecutionArgs,
}

pub(crate) fn execute(context: &Context, args: RunArgs) -> Result<Exit, CliError> {
    let run_id = match &args.run_id {
        Some(text) => ids::parse(text)?,
        None => ids::new_run_id(SystemClock.now())?,
    };
    let file = WorkflowFile::read(&args.file)?;
    let sandbox = args.execution.sandbox.sandbox()?;
    let plan = Arc::new(file.check_to_run(&compose::skills(&args.execution.files)?, &sandbox)?);
    let from_file = args
        .input_file
        .as_deref()
        .map(workflow_file::read_object)
        .transpose()?;
    let inputs = inputs::bind(&plan, from_file.unwrap_or_default(), args.inputs)?;
    let seed = args.seed.unwrap_or_else(|| seed_of(&run_id));

    let (faint, strong) = (style::FAINT, style::STRONG);
    context.output.note(&format!(
        "run {strong}{run_id}{strong:#}  {faint}workflow {}  seed {seed}  store {}{faint:#}",
        shape::described(plan.spec()),
        context.store_name(),
    ));
    let mut run = NewRun::new(Arc::clone(&plan), run_id, seed).with_inputs(inputs);
    if let Some(agent) = args.agent {
        run = run.for_agent(agent);
    }
    runtime::block_on_threads(store::with_store(context, async |store| {
        execution::execute(
            context,
            &args.execution,
            &store,
            &plan,
            sandbox,
            Beginning::New(Box::new(run)),
        )
        .await
    }))
}

/// Returns the seed of a run that was given none. It follows from the run id, so that asking for the same run id again
/// asks for the same run; the ids that this program makes are random.
fn seed_of(run_id: &RunId) -> Seed {
    Seed(ContentHash::of_bytes(run_id.as_str().as_bytes()).short())
}
