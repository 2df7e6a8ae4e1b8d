//! `aos failures`: which failures there were, how often, and what became of them.

use aos_spec::{
    ErrorCode, WorkflowId,
    journal::{FailureCount, FailureStatistics},
    port::RunFilter,
};
use clap::Args;

use crate::{error::CliError, exit::Exit, program::Context, render::table::Table, runtime, store};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos failures --workflow triage")]
pub(crate) struct FailuresArgs {
    /// Only runs of this workflow
    #[arg(long, value_name = "ID")]
    workflow: Option<WorkflowId>,

    /// Only this code
    #[arg(long, value_name = "CODE")]
    code: Option<ErrorCode>,

    /// Only the runs that were last written, so many of them
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
}

pub(crate) fn execute(context: &Context, args: &FailuresArgs) -> Result<Exit, CliError> {
    runtime::block_on(store::with_store_if_exists(context, async |store| {
        let mut statistics = FailureStatistics::default();
        if let Some(store) = store {
            let port = store.port();
            let mut filter = RunFilter::default();
            filter.workflow_id.clone_from(&args.workflow);
            filter.limit = Some(args.limit);
            for run in port.list(&filter).await? {
                // A run that was deleted meanwhile has no failures any more.
                if let Some(stored) = port.load(&run.run_id).await? {
                    statistics.add(&stored)?;
                }
            }
        }
        let mut counts = statistics.counts();
        counts.retain(|count| args.code.is_none_or(|code| count.code == code));
        context.output.list(|| table(&counts), "failures", &counts)?;
        Ok(Exit::Ok)
    }))
}

fn table(counts: &[FailureCount]) -> String {
    let mut table = Table::new([
        "CODE",
        "WORKFLOW",
        "SKILL",
        "FAILURES",
        "RATE",
        "RETRIED",
        "RECOVERED",
        "TOLERATED",
        "ENDED RUNS",
    ]);
    for count in counts {
        table.row([
            count.code.as_str().into(),
            count.workflow_id.as_str().into(),
            count.skill_id.as_str().into(),
            count.failures.to_string().into(),
            format!("{:.1} %", count.rate * 100.0).into(),
            count.retried.to_string().into(),
            count.recovered_by_retry.to_string().into(),
            count.tolerated.to_string().into(),
            count.ended_the_run.to_string().into(),
        ]);
    }
    table.render()
}
