//! `aos golden show`.

use std::{fmt::Write, path::PathBuf};

use aos_golden::{Golden, GoldenEvent, event::StepEvent};
use clap::Args;

use super::TrustArgs;
use crate::{
    args::Format,
    error::CliError,
    exit::Exit,
    output::write_answer,
    program::Context,
    render::{style, units, untrusted},
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos golden show goldens/nightly.steps.jsonl\n\n\
    `-o jsonl` prints the events as they were recorded, `-o json` one document with all of them.")]
pub(crate) struct ShowArgs {
    /// The golden
    #[arg(value_name = "GOLDEN")]
    golden: PathBuf,

    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn execute(context: &Context, args: &ShowArgs) -> Result<Exit, CliError> {
    let golden = args.trust.load(context, &args.golden)?;
    match context.output.format {
        Format::Text => text(context, &golden)?,
        Format::Json => {
            write_answer("{\n  \"events\": [")?;
            let mut separator = "\n    ";
            golden.for_each_line(|line| {
                write_answer(&format!("{separator}{line}"))?;
                separator = ",\n    ";
                Ok::<_, CliError>(())
            })?;
            write_answer("\n  ]\n}\n")?;
        }
        Format::Jsonl => golden.for_each_line(|line| write_answer(&format!("{line}\n")))?,
        Format::None => {}
    }
    Ok(Exit::Ok)
}

fn text(context: &Context, golden: &Golden) -> Result<(), CliError> {
    let (start, end) = (golden.start(), golden.end());
    let symbols = &context.output.symbols;
    let inputs = serde_json::to_string(&start.inputs).unwrap_or_default();
    let rows = [
        ("run", start.run_id.to_string()),
        ("workflow", start.spec_id.to_string()),
        ("spec hash", start.spec_hash.to_string()),
        ("seed", start.seed.to_string()),
        ("inputs", untrusted(&inputs)),
        ("engine", untrusted(&start.engine_version)),
        ("hidden", start.redactions.join(", ")),
    ];
    let mut head = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(head, "{name:<10}  {value}");
    }
    write_answer(&(head + "\n"))?;
    for event in golden.events()? {
        if let GoldenEvent::Step(step) = event? {
            write_answer(&line(context, &step))?;
        }
    }
    let mut parts = vec![
        style::paint(style::of_run(end.status), end.status),
        format!(
            "{} of {}",
            end.steps_completed,
            units::count(end.steps_total, "step")
        ),
    ];
    if !end.total_cost.is_zero() {
        parts.push(units::cents(end.total_cost, symbols));
    }
    parts.push(format!("checkpoint {}", end.checkpoint_hash));
    write_answer(&format!("\n{}\n", parts.join(&format!(" {} ", symbols.dot))))
}

fn line(context: &Context, step: &StepEvent) -> String {
    let symbols = &context.output.symbols;
    let mut text = format!(
        "  {} {:<20}  {:<16}  {:<10}",
        symbols.of_step(step.status),
        step.step_id,
        step.skill_id,
        step.effect
    );
    if !step.cost.is_zero() {
        text += &format!("  {}", units::cents(step.cost, symbols));
    }
    if step.retries > 0 {
        text += &format!("  tried again {}", units::count(step.retries as usize, "time"));
    }
    if let Some(code) = step.error_code {
        text += &format!(
            "  {}  {}",
            style::paint(style::BAD, code),
            untrusted(step.error.as_deref().unwrap_or_default())
        );
    }
    text.trim_end().to_owned() + "\n"
}
