//! `aos simulate`: what a workflow would do and cost, without doing it.

use std::path::{Path, PathBuf};

use aos_policy::{SimulatedStep, Simulation, simulate};
use clap::Args;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    program::Context,
    render::{
        style,
        table::{Cell, Table},
        units,
    },
    workflow_file::WorkflowFile,
};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos simulate examples/triage/triage.yaml --policy policy.toml\n\n\
    Budgets that are shared with other runs, rates and the emergency stop cannot be foreseen and are left out."
)]
pub(crate) struct SimulateArgs {
    /// Workflow file, JSON or YAML; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// File with the rules that steps must keep (TOML)
    #[arg(long, value_name = "FILE", env = "AOS_POLICY", hide_env_values = true)]
    policy: Option<PathBuf>,
}

pub(crate) fn execute(context: &Context, args: &SimulateArgs) -> Result<Exit, CliError> {
    let skills = compose::skills(Path::new("."))?;
    let plan = WorkflowFile::read(&args.file)?.check_or_refuse(&skills)?;
    let config = compose::policy_config(args.policy.as_deref())?;
    let simulation = simulate(&plan, &skills, &config);
    context
        .output
        .answer(|| text(&simulation, context), &simulation)?;
    Ok(if simulation.feasible {
        Exit::Ok
    } else {
        Exit::Denied
    })
}

fn text(simulation: &Simulation, context: &Context) -> String {
    let symbols = &context.output.symbols;
    let mut table = Table::new(["STEP", "SKILL", "EFFECT", "KEY", "EXPECTED", "AT MOST", "RULES"]);
    for step in &simulation.steps {
        let most = step.cost.upper_cents;
        table.row([
            step.id.as_str().into(),
            step.skill_id.as_str().into(),
            step.effect.map_or(symbols.none, |effect| effect.as_str()).into(),
            step.idempotency_key.as_deref().unwrap_or(symbols.none).into(),
            units::cents(step.cost.lower_cents, symbols).into(),
            most.map_or_else(|| symbols.none.into(), |most| units::cents(most, symbols))
                .into(),
            rules(step),
        ]);
    }
    let mut text = table.render();
    for step in &simulation.steps {
        for hit in step.refusals.iter().chain(&step.possible_refusals) {
            text.push_str(&format!(
                "{}: {} [{}]: {}\n",
                step.id, hit.rule, hit.code, hit.message
            ));
        }
    }
    match &simulation.certificate {
        Some(certificate) => text.push_str(&format!("{certificate}\n")),
        None => text.push_str(
            "nothing bounds the cost: give each step a `max_cost_cents`, or the policy a step ceiling\n",
        ),
    }
    text
}

fn rules(step: &SimulatedStep) -> Cell {
    match (step.refusals.first(), step.possible_refusals.first()) {
        (Some(hit), _) => Cell::new(format!("refused: {}", hit.rule), style::BAD),
        (None, Some(hit)) => Cell::new(format!("maybe: {}", hit.rule), style::WAITING),
        (None, None) => Cell::new("ok", style::GOOD),
    }
}
