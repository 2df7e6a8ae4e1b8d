//! `aos policy explain`: what each rule makes of a step, or made of a stored run, and why.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use aos_checkpoint::StoreUrl;
use aos_policy::{CheckContext, Explanation, Verdict};
use aos_spec::{
    AgentId, ErrorCode, Money, RunId, RunStatus, SkillId, StepId,
    check::did_you_mean,
    journal::{JournalEntry, RunError},
};
use clap::Args;
use serde::Serialize;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    ids,
    program::Context,
    render::{
        style,
        table::{Cell, Table},
        units, untrusted,
    },
    runtime,
    store::{self, Store, SystemClock},
    workflow_file::WorkflowFile,
};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos policy explain order.yaml --policy policy.toml --step charge --agent shop\n\
    Example: aos policy explain --run latest\n\n\
    Earlier steps count with what is expected of them. Budgets and the emergency stop are those of the store now; nothing \
    is held, counted or claimed."
)]
pub(crate) struct ExplainArgs {
    /// Workflow file, JSON or YAML; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "run")]
    file: Option<PathBuf>,

    /// Only this step
    #[arg(long, value_name = "ID", requires = "file")]
    step: Option<StepId>,

    /// On whose behalf the workflow would run
    #[arg(long, value_name = "ID", requires = "file")]
    agent: Option<AgentId>,

    /// File with the rules that steps must keep (TOML)
    #[arg(long, value_name = "FILE", env = "AOS_POLICY", hide_env_values = true)]
    policy: Option<PathBuf>,

    /// A stored run instead of a file: its id, a suffix of one, or `latest`
    #[arg(long, value_name = "RUN", conflicts_with = "file")]
    run: Option<String>,
}

pub(super) fn execute(context: &Context, args: &ExplainArgs) -> Result<Exit, CliError> {
    match (&args.file, &args.run) {
        (Some(file), _) => explain_file(context, args, file),
        (None, run) => explain_run(context, ids::parse(run.as_deref().unwrap_or("latest"))?),
    }
}

/// What the rules make of one step.
#[derive(Debug, Serialize)]
struct ExplainedStep {
    step_id: StepId,
    skill_id: SkillId,
    #[serde(flatten)]
    explanation: Explanation,
}

fn explain_file(context: &Context, args: &ExplainArgs, file: &Path) -> Result<Exit, CliError> {
    let skills = compose::skills(Path::new("."))?;
    let plan = WorkflowFile::read(file)?.check_or_refuse(&skills)?;
    if let Some(step) = args
        .step
        .as_ref()
        .filter(|step| plan.index_of(step.as_str()).is_none())
    {
        let names = plan.spec().steps.iter().map(|step| step.id.as_str());
        let help = did_you_mean(step.as_str(), names);
        let error = CliError::new(ErrorCode::DataNotFound, format!("there is no step `{step}`"));
        return Err(error.instead(help.unwrap_or_else(|| "`aos graph` shows the steps".into())));
    }
    let explained = runtime::block_on(store::with_store_if_exists(context, async |store| {
        let store = match store {
            Some(store) => store,
            None => Store::open(&StoreUrl::Memory, Arc::new(SystemClock)).await?,
        };
        let enforcer = compose::enforcer(args.policy.as_deref(), &store)?;
        let run_id = ids::parse("explained")?;
        let (mut explained, mut spent) = (Vec::new(), Money::ZERO);
        for step in plan.steps() {
            let descriptor = plan.descriptor(step.index());
            let mut check = CheckContext::new(&run_id, plan.spec());
            check.step_index = step.index();
            check.spent = spent;
            check.skill = skills
                .get(descriptor.skill_id.as_str())
                .map(|skill| skill.manifest());
            spent = spent.saturating_add(descriptor.estimated_cost_cents);
            if args.step.as_ref().is_some_and(|wanted| *wanted != descriptor.id) {
                continue;
            }
            explained.push(ExplainedStep {
                step_id: descriptor.id.clone(),
                skill_id: descriptor.skill_id.clone(),
                explanation: enforcer.explain(descriptor, &check, args.agent.as_ref()).await,
            });
        }
        Ok(explained)
    }))?;
    context
        .output
        .list(|| steps_text(&explained), "steps", &explained)?;
    Ok(Exit::Ok)
}

fn steps_text(steps: &[ExplainedStep]) -> String {
    let mut text = String::new();
    for step in steps {
        let explanation = &step.explanation;
        let verdict = style::paint(of_verdict(explanation.verdict), explanation.verdict);
        text.push_str(&format!("{} ({}): {verdict}\n", step.step_id, step.skill_id));
        let mut table = Table::new(["RULE", "SAYS", "WHY"]);
        for finding in &explanation.rules {
            table.row([
                finding.rule.as_str().into(),
                Cell::new(finding.verdict.to_string(), of_verdict(finding.verdict)),
                untrusted(&finding.why).into(),
            ]);
        }
        text.push_str(&table.render());
        text.push('\n');
    }
    if let Some(step) = steps.first() {
        text.push_str(&format!("policy {}\n", step.explanation.policy_hash));
    }
    text
}

fn of_verdict(verdict: Verdict) -> anstyle::Style {
    match verdict {
        Verdict::Allowed => style::GOOD,
        Verdict::Undecided => style::WAITING,
        Verdict::Denied => style::BAD,
    }
}

/// How a stored run was decided.
#[derive(Debug, Serialize)]
struct ExplainedRun {
    run_id: RunId,
    status: RunStatus,
    agent_id: Option<AgentId>,
    /// The rules that the run was started under.
    policy_hash: Option<String>,
    cost_cents: Money,
    /// Why it was refused or stopped; absent when every attempt that began was allowed.
    refusal: Option<RunError>,
    /// The number of the attempt that was refused.
    attempt: Option<u32>,
}

fn explain_run(context: &Context, name: RunId) -> Result<Exit, CliError> {
    let run = runtime::block_on(store::with_existing_store(context, async |store| {
        let port = store.port();
        let run_id = ids::resolve(&*port, name).await?;
        let run = store::load(&*port, &run_id).await?.stored;
        let result = run.result()?;
        let mut attempt = None;
        for row in &run.journal {
            if let JournalEntry::Denied { attempt: refused, .. } = JournalEntry::from_row(row, &run_id)? {
                attempt = Some(refused);
            }
        }
        let is_refusal = matches!(
            result.status,
            RunStatus::BudgetExceeded | RunStatus::PolicyViolation | RunStatus::EmergencyStopped
        );
        Ok(ExplainedRun {
            run_id,
            status: result.status,
            agent_id: run.checkpoint.header.agent_id,
            policy_hash: run.checkpoint.header.policy_hash.map(|hash| hash.to_string()),
            cost_cents: result.total_cost_cents,
            refusal: run.checkpoint.error.filter(|_| is_refusal),
            attempt: attempt.filter(|_| is_refusal),
        })
    }))?;
    context.output.answer(|| run_text(context, &run), &run)?;
    Ok(Exit::Ok)
}

fn run_text(context: &Context, run: &ExplainedRun) -> String {
    let none = context.output.symbols.none;
    let agent = run.agent_id.as_ref().map_or(none, |agent| agent.as_str());
    let mut text = format!(
        "run {}: {}\npolicy {}, agent {agent}, cost {}\n",
        run.run_id,
        style::paint(style::of_run(run.status), run.status),
        run.policy_hash.as_deref().unwrap_or(none),
        units::cents(run.cost_cents, &context.output.symbols),
    );
    let Some(refusal) = &run.refusal else {
        text.push_str("every attempt that began was allowed\n");
        return text;
    };
    let details = refusal.details.as_ref();
    let field = |name: &str| details.and_then(|details| details.get(name));
    let word = |name: &str| field(name).and_then(|value| value.as_str()).unwrap_or(none);
    let step = refusal.step_id.as_ref().map_or(none, |step| step.as_str());
    let attempt = run
        .attempt
        .map(|attempt| format!(", attempt {attempt}"))
        .unwrap_or_default();
    // Writing to a text cannot fail.
    let _ = writeln!(
        text,
        "refused by {} at step {step}{attempt} [{}]: {}",
        untrusted(word("rule")),
        refusal.code,
        untrusted(&refusal.message)
    );
    for name in ["kind", "limit_cents", "current_cents", "requested_cents"] {
        if let Some(value) = field(name) {
            let _ = writeln!(
                text,
                "  {name} {}",
                untrusted(value.to_string().trim_matches('"'))
            );
        }
    }
    for other in field("also")
        .and_then(|also| also.as_array())
        .into_iter()
        .flatten()
    {
        let part = |name: &str| other.get(name).and_then(|value| value.as_str()).unwrap_or(none);
        let _ = writeln!(
            text,
            "also refused by {} [{}]: {}",
            untrusted(part("rule")),
            untrusted(part("code")),
            untrusted(part("message"))
        );
    }
    text
}
