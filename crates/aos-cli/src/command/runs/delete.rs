//! `aos runs delete`.

use std::io::{self, BufRead, IsTerminal};

use aos_spec::{
    RunId,
    port::{CheckpointStore, StoreError},
};
use clap::Args;
use serde_json::json;

use crate::{args::Format, error::CliError, exit::Exit, ids::RunName, output::write_aside, program::Context};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos runs delete 9f3c21aa --yes")]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    pub(super) run: RunName,

    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
}

pub(super) async fn execute(
    context: &Context,
    store: &dyn CheckpointStore,
    run_id: &RunId,
    yes: bool,
) -> Result<Exit, CliError> {
    if !yes && !confirm(context, run_id)? {
        context.output.note("nothing was deleted");
        return Ok(Exit::Failed);
    }
    if !store.delete(run_id).await? {
        return Err(StoreError::NotFound(run_id.clone()).into());
    }
    context.output.answer(
        || format!("deleted {run_id}\n"),
        &json!({ "run_id": run_id, "deleted": true }),
    )?;
    Ok(Exit::Ok)
}

/// Asks a person; where there is none, `--yes` is needed.
fn confirm(context: &Context, run_id: &RunId) -> Result<bool, CliError> {
    let is_person =
        context.output.format == Format::Text && io::stdin().is_terminal() && io::stderr().is_terminal();
    if !is_person {
        let message = format!("delete run `{run_id}`: nobody can be asked whether this is meant");
        return Err(CliError::usage(message, "add `--yes`"));
    }
    write_aside(&format!(
        "delete run {run_id} and all that is stored of it? [y/N] "
    ));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| CliError::io("read the answer", std::path::Path::new("standard input"), &error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
