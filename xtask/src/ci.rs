//! `cargo xtask ci`: everything that CI runs, one after another.

use std::time::Instant;

use anyhow::Result;

use crate::{args::Args, command::Verdict, golden, layers, pick_one, test, tidy, tools};

/// One part of CI: the name of a command and what it does.
pub type Step = (&'static str, fn(&[String]) -> Result<Verdict>);

/// The commands in the order of their cost, so that what is cheap to find is found first.
const STEPS: &[Step] = &[
    ("format", tools::format),
    ("tidy", tidy::command),
    ("layers", layers::command),
    ("lint", tools::lint),
    ("pick-one", pick_one::command),
    ("docs", tools::docs),
    ("deny", tools::deny),
    ("golden-check", golden::check),
    ("test", test::command),
];

/// Runs all steps.
///
/// # Errors
///
/// When the command line is wrong.
pub fn command(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    Ok(run(STEPS))
}

/// Runs `steps`, also after one has failed, and ends with one line for each.
///
/// A step whose tool is not installed is named as not run and does not fail. The job of the workflow that installs the
/// tool calls the step by itself, where that would be a failure.
#[must_use]
pub fn run(steps: &[Step]) -> Verdict {
    let mut lines = Vec::new();
    let mut n_broken = 0;
    for (name, step) in steps {
        eprintln!("\n== cargo xtask {name}");
        let start = Instant::now();
        let (is_broken, result) = match step(&[]) {
            Ok(Verdict::Held) => (false, "ok".to_owned()),
            Ok(Verdict::NotRun(reason)) => (false, format!("NOT RUN: {reason}")),
            Ok(Verdict::Broken | Verdict::BrokenWith(_)) => (true, "FAILED".to_owned()),
            Err(error) => (true, format!("FAILED: {error:#}")),
        };
        n_broken += usize::from(is_broken);
        lines.push(format!(
            "{name:<12} {:>7.1} s  {result}",
            start.elapsed().as_secs_f64()
        ));
    }
    println!("\n{}", lines.join("\n"));
    if n_broken == 0 {
        return Verdict::Held;
    }
    eprintln!("ci: {n_broken} of {} steps failed", steps.len());
    Verdict::Broken
}
