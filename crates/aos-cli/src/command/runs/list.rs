//! `aos runs list`.

use std::sync::Arc;

use aos_spec::{
    ErrorCode, RunId, RunStatus, Timestamp, WorkerId, WorkflowId,
    port::{CheckpointStore, Clock, DEFAULT_LIST_LIMIT, RunFilter, RunSummary},
};
use clap::Args;
use serde::Serialize;

use crate::{
    error::CliError,
    exit::Exit,
    ids,
    program::Context,
    render::{
        style,
        table::{Cell, Table},
        units,
    },
    store::SystemClock,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos runs list --status failed --limit 10")]
pub(crate) struct ListArgs {
    /// Only runs in this state; may be given several times
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Vec<RunStatus>,

    /// Only runs of this workflow
    #[arg(long, value_name = "ID")]
    workflow: Option<WorkflowId>,

    /// At most this many runs
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LIST_LIMIT)]
    limit: usize,
}

fn status(text: &str) -> Result<RunStatus, String> {
    text.parse().map_err(|_| {
        let all: Vec<_> = RunStatus::ALL.iter().map(|status| status.as_str()).collect();
        format!("the states are {}", all.join(", "))
    })
}

/// A run in the answer of `aos runs list -o json`.
#[derive(Debug, Serialize)]
struct RunRow {
    run_id: RunId,
    workflow_id: WorkflowId,
    status: RunStatus,
    owner: Option<WorkerId>,
    steps_ended: usize,
    steps_total: usize,
    error_code: Option<ErrorCode>,
    created_at: String,
    updated_at: String,
}

impl From<&RunSummary> for RunRow {
    fn from(run: &RunSummary) -> Self {
        Self {
            run_id: run.run_id.clone(),
            workflow_id: run.workflow_id.clone(),
            status: run.status,
            owner: run.owner.clone(),
            steps_ended: run.steps_ended,
            steps_total: run.steps_total,
            error_code: run.error_code,
            created_at: run.created_at.to_string(),
            updated_at: run.updated_at.to_string(),
        }
    }
}

pub(super) async fn execute(
    context: &Context,
    store: Option<Arc<dyn CheckpointStore>>,
    args: ListArgs,
) -> Result<Exit, CliError> {
    let mut filter = RunFilter::default();
    filter.statuses = args.status;
    filter.workflow_id = args.workflow;
    filter.limit = Some(args.limit);
    let runs = match store {
        Some(store) => store.list(&filter).await?,
        None => {
            context.output.note(&format!(
                "{} does not exist yet; the first run makes it",
                context.store_name()
            ));
            Vec::new()
        }
    };
    let rows: Vec<_> = runs.iter().map(RunRow::from).collect();
    context
        .output
        .list(|| table(&runs, SystemClock.now(), context), "runs", &rows)?;
    if runs.iter().any(is_left_behind) {
        context.output.help(&format!(
            "no engine executes a run that is `left behind`: {}",
            context.command("resume RUN")
        ));
    }
    Ok(Exit::Ok)
}

/// Whether the engine that executed the run is gone.
fn is_left_behind(run: &RunSummary) -> bool {
    run.status == RunStatus::Running && run.owner.is_none()
}

fn table(runs: &[RunSummary], now: Timestamp, context: &Context) -> String {
    let mut table = Table::new([
        "RUN",
        "WORKFLOW",
        "STATUS",
        "STEPS",
        "STARTED",
        "LAST WRITTEN",
        "ERROR",
    ]);
    for run in runs {
        let status = if is_left_behind(run) {
            Cell::new("left behind", style::WAITING)
        } else {
            Cell::new(run.status.as_str(), style::of_run(run.status))
        };
        table.row([
            ids::short(&run.run_id).into(),
            run.workflow_id.as_str().into(),
            status,
            format!("{}/{}", run.steps_ended, run.steps_total).into(),
            units::ago(run.created_at, now).into(),
            units::ago(run.updated_at, now).into(),
            run.error_code
                .map_or(context.output.symbols.none, |code| code.as_str())
                .into(),
        ]);
    }
    table.render()
}
