//! `aos policy`: rules, budgets and the emergency stop.

mod explain;

use std::path::PathBuf;

use aos_policy::PolicyConfig;
use aos_spec::{
    budget::{Account, BudgetUsage},
    port::{StopScope, SwitchState},
};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    output,
    program::Context,
    render::{style, table::Table, units, untrusted},
    runtime, store,
};

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Turn the emergency stop on: running steps end within a second
    Stop(StopArgs),
    /// Release the emergency stop; stopped runs can then be resumed
    Resume(ResumeArgs),
    /// Show what is stopped
    #[command(after_help = "Example: aos policy status")]
    Status,
    /// Check a policy file and show what is wrong with it
    Check(CheckArgs),
    /// Show the rules of a policy file as they apply here, and their hash
    Show(ShowArgs),
    /// Say what each rule makes of the steps of a workflow, or of a stored run
    Explain(explain::ExplainArgs),
    /// Show what is spent from an account and held of it
    Usage(UsageArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos policy stop agent/researcher --reason 'it loops'")]
pub(crate) struct StopArgs {
    /// What to stop: `all`, `tenant/ID`, `agent/ID`, `workflow/ID` or `skill/ID`
    #[arg(value_name = "SCOPE", default_value = "all")]
    scope: StopScope,

    /// Why; kept with the stop
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos policy resume agent/researcher --reason 'the prompt is corrected'")]
pub(crate) struct ResumeArgs {
    /// What to release, as it was stopped
    #[arg(value_name = "SCOPE", default_value = "all")]
    scope: StopScope,

    /// Why; kept with the stop
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos policy check policy.toml")]
pub(crate) struct CheckArgs {
    /// File with rules (TOML)
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos policy show --policy policy.toml")]
pub(crate) struct ShowArgs {
    /// File with the rules that steps must keep (TOML)
    #[arg(long, value_name = "FILE", env = "AOS_POLICY", hide_env_values = true)]
    policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos policy usage agent/researcher")]
pub(crate) struct UsageArgs {
    /// Whose money: `tenant/ID`, `agent/ID` or `workflow/ID`
    #[arg(value_name = "ACCOUNT")]
    account: Account,
}

/// The answer of `aos policy show`.
#[derive(Debug, Serialize)]
struct Rules {
    hash: String,
    rules: PolicyConfig,
}

pub(crate) fn execute(context: &Context, command: &PolicyCommand) -> Result<Exit, CliError> {
    match command {
        PolicyCommand::Check(args) => check(context, args),
        PolicyCommand::Show(args) => show(context, args),
        PolicyCommand::Explain(args) => explain::execute(context, args),
        PolicyCommand::Stop(args) => runtime::block_on(store::with_store(context, async |store| {
            store.policy().stop(&args.scope, &args.reason).await?;
            status(context, &store.policy().read().await?)
        })),
        PolicyCommand::Resume(args) => runtime::block_on(store::with_store(context, async |store| {
            if !store.policy().release(&args.scope, &args.reason).await? {
                context.output.note(&format!("`{}` was not stopped", args.scope));
            }
            status(context, &store.policy().read().await?)
        })),
        PolicyCommand::Status => runtime::block_on(store::with_store_if_exists(context, async |store| {
            let state = match store {
                Some(store) => store.policy().read().await?,
                None => SwitchState::default(),
            };
            status(context, &state)
        })),
        PolicyCommand::Usage(args) => runtime::block_on(store::with_existing_store(context, async |store| {
            usage(context, &store.policy().usage(&args.account).await?)
        })),
    }
}

fn check(context: &Context, args: &CheckArgs) -> Result<Exit, CliError> {
    let hash = compose::policy_config(Some(&args.file))?.hash().to_string();
    context.output.answer(
        || format!("{}: nothing is wrong with it; hash {hash}\n", args.file.display()),
        &json!({ "valid": true, "hash": hash }),
    )?;
    Ok(Exit::Ok)
}

fn show(context: &Context, args: &ShowArgs) -> Result<Exit, CliError> {
    let rules = compose::policy_config(args.policy.as_deref())?;
    let hash = rules.hash().to_string();
    let text = output::pretty(&rules)?;
    let document = Rules { hash, rules };
    context
        .output
        .answer(|| format!("{text}\nhash {}\n", document.hash), &document)?;
    Ok(Exit::Ok)
}

fn status(context: &Context, state: &SwitchState) -> Result<Exit, CliError> {
    let text = || {
        if state.orders.is_empty() {
            return format!("nothing is stopped (change {})\n", state.generation);
        }
        let mut table = Table::new(["STOPPED", "SINCE", "CHANGE", "REASON"]);
        for order in &state.orders {
            table.row([
                crate::render::table::Cell::new(order.scope.to_string(), style::BAD),
                order.since.to_string().into(),
                order.generation.to_string().into(),
                untrusted(&order.reason).into(),
            ]);
        }
        table.render()
    };
    context.output.answer(text, state)?;
    Ok(Exit::Ok)
}

fn usage(context: &Context, usage: &[BudgetUsage]) -> Result<Exit, CliError> {
    let text = || {
        let mut table = Table::new(["PERIOD", "SPENT", "HELD BY RUNS"]);
        for row in usage {
            table.row([
                row.window.as_str().into(),
                units::cents(row.spent_cents, &context.output.symbols).into(),
                units::cents(row.held_cents, &context.output.symbols).into(),
            ]);
        }
        table.render()
    };
    context.output.list(text, "usage", usage)?;
    Ok(Exit::Ok)
}
