//! `aos runs show`.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use aos_spec::{
    AgentId, ErrorCode, RunId, RunStatus, StepIndex, StepResult, WorkflowResult,
    journal::{CorruptRun, JournalEntry},
    port::{CheckpointStore, Clock},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    error::CliError,
    execution,
    exit::Exit,
    output,
    program::Context,
    progress,
    render::{step_line::StepLine, style, units, untrusted},
    shape::described,
    store::{self, LoadedRun, SystemClock},
};

/// The answer of `aos runs show -o json`: the result, and what led to it.
#[derive(Debug, Serialize)]
struct RunDocument<'a> {
    #[serde(flatten)]
    result: &'a WorkflowResult,
    workflow_version: &'a str,
    spec_hash: String,
    inputs: &'a Map<String, Value>,
    agent_id: Option<&'a AgentId>,
    engine_version: &'a str,
    policy_hash: Option<String>,
    skill_versions: &'a BTreeMap<aos_spec::SkillId, String>,
    created_at: String,
    updated_at: String,
    attempts: &'a [Attempt],
}

/// An attempt that did not end its step, from the journal.
#[derive(Debug, Serialize)]
struct Attempt {
    step_id: String,
    #[serde(skip)]
    step_index: StepIndex,
    attempt: u32,
    /// `started`: an effect that must not be repeated began; `failed`: it failed and was tried again.
    state: &'static str,
    error_code: Option<ErrorCode>,
    error: Option<String>,
}

pub(super) async fn execute(
    context: &Context,
    store: &dyn CheckpointStore,
    run_id: &RunId,
) -> Result<Exit, CliError> {
    let run = store::load(store, run_id).await?;
    let result = run.stored.result()?;
    let attempts = attempts(&run)?;
    let (checkpoint, header) = (&run.stored.checkpoint, &run.stored.checkpoint.header);
    let document = RunDocument {
        result: &result,
        workflow_version: &run.plan.spec().version.0,
        spec_hash: header.spec_hash.to_string(),
        inputs: &header.inputs,
        agent_id: header.agent_id.as_ref(),
        engine_version: &header.engine_version,
        policy_hash: header.policy_hash.map(|hash| hash.to_string()),
        skill_versions: &header.skill_versions,
        created_at: checkpoint.created_at.to_string(),
        updated_at: checkpoint.updated_at.to_string(),
        attempts: &attempts,
    };
    context
        .output
        .answer(|| text(context, &run, &document), &document)?;
    let next = execution::next_command(&result).filter(|next| !next.starts_with("runs show"));
    if let Some(next) = next.filter(|_| result.status != RunStatus::Running) {
        context.output.help(&context.command(&next));
    }
    Ok(Exit::Ok)
}

/// Returns the attempts that the journal tells of beside the ends of steps.
fn attempts(run: &LoadedRun) -> Result<Vec<Attempt>, CorruptRun> {
    let run_id = &run.stored.checkpoint.header.run_id;
    let mut attempts = Vec::new();
    for row in &run.stored.journal {
        let (state, failure) = match JournalEntry::from_row(row, run_id)? {
            JournalEntry::Started { .. } => ("started", None),
            JournalEntry::Failed { failure, .. } => ("failed", Some(failure)),
            // A refusal ends the run and is shown as its error.
            JournalEntry::Ended(_) | JournalEntry::Denied { .. } => continue,
        };
        attempts.push(Attempt {
            step_id: run.plan.descriptor(row.step).id.to_string(),
            step_index: row.step,
            attempt: row.attempt,
            state,
            error_code: failure.as_ref().map(|failure| failure.code),
            error: failure.map(|failure| failure.message),
        });
    }
    Ok(attempts)
}

fn text(context: &Context, run: &LoadedRun, document: &RunDocument<'_>) -> String {
    let (checkpoint, result) = (&run.stored.checkpoint, document.result);
    let symbols = &context.output.symbols;
    let now = SystemClock.now();
    let spec = run.plan.spec();
    let inputs = output::line(document.inputs).unwrap_or_default();
    let status = style::paint(style::of_run(result.status), result.status);
    let rows = [
        ("run", result.run_id.to_string()),
        ("workflow", described(spec)),
        (
            "status",
            format!(
                "{status}, {} of {}",
                result.steps_completed,
                units::count(result.steps_total, "step")
            ),
        ),
        (
            "started",
            format!(
                "{} ({})",
                checkpoint.created_at,
                units::ago(checkpoint.created_at, now)
            ),
        ),
        (
            "executed",
            units::span(Duration::from_millis(result.total_duration_ms)),
        ),
        ("cost", units::cents(result.total_cost_cents, symbols)),
        ("seed", result.seed.to_string()),
        ("inputs", untrusted(inputs.trim_end())),
        (
            "agent",
            document.agent_id.map_or(symbols.none.into(), ToString::to_string),
        ),
        ("checkpoint", result.checkpoint_hash.to_string()),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<10}  {value}");
    }
    text.push('\n');
    let lines = progress::step_lines(&context.output, &run.plan);
    for index in run.plan.indexes().map(StepIndex::from_usize) {
        let described = run.plan.descriptor(index);
        for attempt in document
            .attempts
            .iter()
            .filter(|attempt| attempt.step_index == index)
        {
            text.push_str(&attempt_line(context, attempt));
        }
        match result.step_results.get(index.get()) {
            Some(step) => {
                let _ = writeln!(
                    text,
                    "{}",
                    lines.draw(&StepLine::new(described.skill_id.clone(), step))
                );
                text.push_str(&advice(step));
            }
            None => {
                let _ = writeln!(text, "    {}  {}  not ended", described.id, described.skill_id);
            }
        }
    }
    if let Some(message) = &result.error {
        let _ = writeln!(text, "\n{}", execution::error_line(result, message));
    }
    text.push_str(&findings(result));
    text
}

/// Returns a line for each finding of the sandbox that ended the run.
fn findings(result: &WorkflowResult) -> String {
    let details = result.error_details.as_ref();
    let findings = details.and_then(|details| details.get("findings")?.as_array());
    let mut text = String::new();
    for finding in findings.into_iter().flatten() {
        let field = |name: &str| untrusted(finding[name].as_str().unwrap_or_default());
        let (rule, pointer, message) = (field("rule_id"), field("pointer"), field("message"));
        let _ = writeln!(text, "  {rule} {pointer} {message}");
    }
    text
}

fn attempt_line(context: &Context, attempt: &Attempt) -> String {
    let symbol = style::paint(style::WAITING, context.output.symbols.retry);
    let what = match (attempt.error_code, &attempt.error) {
        (Some(code), Some(error)) => format!("failed with {code}: {}", untrusted(error)),
        _ => "began".into(),
    };
    format!(
        "  {symbol} {}  attempt {} {what}\n",
        attempt.step_id, attempt.attempt
    )
}

fn advice(step: &StepResult) -> String {
    let Some(hint) = step.recovery_hint.as_ref().filter(|_| !step.success) else {
        return String::new();
    };
    format!(
        "      {}: {}\n",
        style::paint(style::HELP, "help"),
        untrusted(hint)
    )
}
