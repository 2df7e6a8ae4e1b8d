//! `cargo xtask ci`: everything that CI runs, one after another.

use std::time::Instant;

use anyhow::Result;

use crate::{
    args::Args,
    command::{COMMANDS, Verdict},
};

/// The commands in the order of their cost, so that what is cheap to find is found first.
const STEPS: &[&str] = &[
    "format", "tidy", "layers", "lint", "pick-one", "docs", "deny", "test",
];

/// Runs all steps, also after one has failed, and ends with one line for each.
///
/// A step whose tool is not installed is named as not run and does not fail; the job of the workflow that installs the
/// tool runs the step by itself, where it does.
///
/// # Errors
///
/// When the command line is wrong.
pub fn command(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    let mut lines = Vec::new();
    let mut n_broken = 0;
    for command in STEPS
        .iter()
        .filter_map(|step| COMMANDS.iter().find(|command| command.name == *step))
    {
        eprintln!("\n== cargo xtask {}", command.name);
        let start = Instant::now();
        let result = match (command.run)(&[]) {
            Ok(Verdict::Held) => "ok".to_owned(),
            Ok(Verdict::NotRun(reason)) => format!("NOT RUN: {reason}"),
            Ok(Verdict::Broken) => {
                n_broken += 1;
                "FAILED".to_owned()
            }
            Err(error) => {
                n_broken += 1;
                format!("FAILED: {error:#}")
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        lines.push(format!("{:<10} {seconds:>7.1} s  {result}", command.name));
    }
    println!("\n{}", lines.join("\n"));
    if n_broken == 0 {
        return Ok(Verdict::Held);
    }
    eprintln!("ci: {n_broken} of {} steps failed", lines.len());
    Ok(Verdict::Broken)
}
