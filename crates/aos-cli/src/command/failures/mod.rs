//! `aos failures`: which failures there were, how often, and what became of them.

mod since;

use aos_spec::{
    ErrorCode, SkillId, WorkflowId,
    journal::{FailureCount, FailureStatistics, Fate, RunFailure, RunFailures},
    port::{Clock, RunFilter},
};
use clap::{Args, Subcommand};
use serde_json::json;

use self::since::Since;
use crate::{
    error::CliError,
    exit::Exit,
    ids,
    program::Context,
    render::{
        style,
        table::{Cell, Table},
        untrusted,
    },
    runtime,
    store::{self, SystemClock},
};

#[derive(Debug, Subcommand)]
pub(crate) enum FailuresCommand {
    /// List single failures, those of the run that was written last first
    List(ListArgs),
    /// Show what a code means, how often it happened, and what recovered it
    Show(ShowArgs),
    /// Count failures by code, workflow and skill
    Stats(StatsArgs),
}

/// Which failures to look at.
#[derive(Debug, Args)]
struct Selection {
    /// Only runs of this workflow
    #[arg(long, value_name = "ID")]
    workflow: Option<WorkflowId>,

    /// Only steps that call this skill
    #[arg(long, value_name = "ID")]
    skill: Option<SkillId>,

    /// Only runs written since: a span such as `90m`, `24h` or `7d`, or a day such as `2026-11-23` (UTC)
    #[arg(long, value_name = "WHEN")]
    since: Option<Since>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos failures list --skill http_call --since 24h")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    selection: Selection,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos failures show TIMEOUT --workflow triage")]
pub(crate) struct ShowArgs {
    /// The code
    #[arg(value_name = "CODE")]
    code: ErrorCode,

    #[command(flatten)]
    selection: Selection,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos failures stats --since 7d")]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn execute(context: &Context, command: &FailuresCommand) -> Result<Exit, CliError> {
    let selection = match command {
        FailuresCommand::List(args) => &args.selection,
        FailuresCommand::Show(args) => &args.selection,
        FailuresCommand::Stats(args) => &args.selection,
    };
    let runs = runtime::block_on(read(context, selection))?;
    match command {
        FailuresCommand::List(args) => list(context, &runs, args.limit)?,
        FailuresCommand::Show(args) => show(context, &runs, args.code)?,
        FailuresCommand::Stats(_) => {
            let counts = count(&runs);
            context.output.list(|| table(&counts), "failures", &counts)?;
        }
    }
    Ok(Exit::Ok)
}

/// Returns the failures of the selected runs, those last written first.
async fn read(context: &Context, selection: &Selection) -> Result<Vec<RunFailures>, CliError> {
    store::with_store_if_exists(context, async |store| {
        let Some(store) = store else { return Ok(Vec::new()) };
        let mut filter = RunFilter::default();
        filter.workflow_id.clone_from(&selection.workflow);
        filter.limit = Some(usize::MAX);
        let now = SystemClock.now();
        let mut found = Vec::new();
        for run in store.port().list(&filter).await? {
            if let Some(since) = &selection.since
                && !since.includes(run.updated_at, now)
            {
                break;
            }
            // A run that was deleted meanwhile has no failures any more.
            let Some(stored) = store.port().load(&run.run_id).await? else {
                continue;
            };
            let mut failures = RunFailures::of(&stored)?;
            if let Some(skill) = &selection.skill {
                failures
                    .failures
                    .retain(|failure| failure.skill_id.as_ref() == Some(skill));
            }
            found.push(failures);
        }
        Ok(found)
    })
    .await
}

fn count(runs: &[RunFailures]) -> Vec<FailureCount> {
    let mut statistics = FailureStatistics::default();
    runs.iter().for_each(|run| statistics.add(run));
    statistics.counts()
}

fn list(context: &Context, runs: &[RunFailures], limit: usize) -> Result<(), CliError> {
    let failures: Vec<&RunFailure> = runs.iter().flat_map(|run| &run.failures).take(limit).collect();
    let none = context.output.symbols.none;
    let text = || {
        let mut table = Table::new(["RUN", "STEP", "ATTEMPT", "CODE", "BECAME", "MESSAGE"]);
        for failure in &failures {
            let step = failure.step_id.as_ref().map_or(none, |step| step.as_str());
            let attempt = failure.attempt.map(|attempt| attempt.to_string());
            table.row([
                ids::short(&failure.run_id).into(),
                step.into(),
                attempt.unwrap_or_else(|| none.into()).into(),
                failure.code.as_str().into(),
                fate(failure.fate),
                untrusted(&failure.message).into(),
            ]);
        }
        table.render()
    };
    context.output.list(text, "failures", &failures)
}

fn fate(fate: Fate) -> Cell {
    let style = match fate {
        Fate::Recovered => style::GOOD,
        Fate::Tolerated | Fate::Open => style::WAITING,
        Fate::RetriedInVain | Fate::EndedTheRun => style::BAD,
    };
    Cell::new(fate.as_str().replace('_', " "), style)
}

fn show(context: &Context, runs: &[RunFailures], code: ErrorCode) -> Result<(), CliError> {
    let mut counts = count(runs);
    counts.retain(|count| count.code == code);
    let info = code.info();
    let document = json!({
        "code": code,
        "meaning": info.meaning,
        "category": info.category,
        "retryable": info.is_retryable(),
        "max_retries": info.max_retries,
        "advice": info.advice,
        "failures": counts,
    });
    let sum = |field: fn(&FailureCount) -> u64| counts.iter().map(field).sum::<u64>();
    let text = || {
        let retries = if info.is_retryable() {
            format!("retried up to {} times", info.max_retries)
        } else {
            "never retried".into()
        };
        let recovered = sum(|count| count.recovered);
        let after = match recovered {
            0 => String::new(),
            _ => format!(" after {} retries in all", sum(|count| count.retries_used)),
        };
        format!(
            "{code}: {}; {retries}\n{}\n\n{} failures: {recovered} recovered by a retry{after}, {} retried in vain, {} \
             tolerated by `on_error`, {} ended the run, {} open\n{}",
            info.meaning,
            info.advice,
            sum(|count| count.failures),
            sum(|count| count.retried_in_vain),
            sum(|count| count.tolerated),
            sum(|count| count.ended_the_run),
            sum(|count| count.open),
            if counts.is_empty() {
                String::new()
            } else {
                format!("\n{}", table(&counts))
            },
        )
    };
    context.output.answer(text, &document)
}

fn table(counts: &[FailureCount]) -> String {
    let mut table = Table::new([
        "CODE",
        "WORKFLOW",
        "SKILL",
        "FAILURES",
        "RATE",
        "RECOVERED",
        "RETRIES USED",
        "IN VAIN",
        "TOLERATED",
        "ENDED RUNS",
        "OPEN",
    ]);
    for count in counts {
        let skill = count.skill_id.as_ref().map_or("", |skill| skill.as_str());
        table.row([
            count.code.as_str().into(),
            count.workflow_id.as_str().into(),
            skill.into(),
            count.failures.to_string().into(),
            format!("{:.1} %", count.rate * 100.0).into(),
            count.recovered.to_string().into(),
            count.retries_used.to_string().into(),
            count.retried_in_vain.to_string().into(),
            count.tolerated.to_string().into(),
            count.ended_the_run.to_string().into(),
            count.open.to_string().into(),
        ]);
    }
    table.render()
}
