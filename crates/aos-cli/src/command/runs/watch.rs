//! `aos runs watch`: following a run that another process executes.

use std::time::Duration;

use aos_spec::{
    RunId, RunStatus, StepIndex,
    port::{CheckpointStore, CheckpointStoreExt},
};

use crate::{
    args::{Format, ProgressMode},
    error::CliError,
    execution,
    exit::Exit,
    ids, output,
    program::Context,
    progress::{self, Event},
    render::step_line::StepLine,
    store::{self, LoadedRun},
};

/// What `aos runs watch --help` says last.
pub(super) const HELP: &str = "Example: aos runs watch latest\n\n\
    Ends with the exit code of the run, and prints what `aos run` prints: see `aos explain exit-codes`.";

/// How often the store is asked.
const INTERVAL: Duration = Duration::from_secs(1);

pub(super) async fn execute(
    context: &Context,
    store: &dyn CheckpointStore,
    run_id: &RunId,
) -> Result<Exit, CliError> {
    let (mut shown, mut warned) = (0, false);
    loop {
        let run = store::load(store, run_id).await?;
        shown += show_steps(context, &run, shown)?;
        let status = run.stored.checkpoint.status;
        if !matches!(status, RunStatus::Queued | RunStatus::Running) {
            execution::conclude(context, &run.plan, &run.stored.result()?)?;
            return Ok(Exit::of_status(status));
        }
        if !warned && is_left_behind(store, &run).await? {
            warned = true;
            context.output.note("no engine executes this run now");
            context
                .output
                .help(&context.command(&format!("resume {}", ids::short(run_id))));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Shows the committed steps from position `from` on, and returns how many there were.
fn show_steps(context: &Context, run: &LoadedRun, from: usize) -> Result<usize, CliError> {
    let results = run.stored.step_results()?;
    let lines = progress::step_lines(&context.output, &run.plan);
    for (position, result) in results.iter().enumerate().skip(from) {
        let step_index = StepIndex::from_usize(position);
        let skill_id = &run.plan.descriptor(step_index).skill_id;
        if context.output.format == Format::Jsonl {
            let run_id = &run.stored.checkpoint.header.run_id;
            output::write_answer(&output::line(&Event::StepCommitted {
                run_id,
                step_index,
                skill_id,
                result,
            })?)?;
        } else if context.progress != ProgressMode::None {
            context
                .output
                .note(&lines.draw(&StepLine::new(skill_id.clone(), result)));
        }
    }
    Ok(results.len() - from.min(results.len()))
}

async fn is_left_behind(store: &dyn CheckpointStore, run: &LoadedRun) -> Result<bool, CliError> {
    let header = &run.stored.checkpoint.header;
    let runs = store.list_running(usize::MAX).await?;
    Ok(runs
        .iter()
        .any(|summary| summary.run_id == header.run_id && summary.owner.is_none()))
}
