//! `cargo xtask golden-check`, `golden-regen` and `golden-accept`: the cases in the folder `golden`.
//!
//! They are made by the program `golden-cases` of `aos-testkit`, which holds the engine and everything around it, so that xtask
//! itself stays quick to build.

use anyhow::{Context, Result};

use crate::{
    command::Verdict,
    workspace::{cargo, root},
};

/// The exit code when the cases could not be run at all.
const FAILED: u8 = 4;

/// Runs every case again and compares it with its golden: 0 equal, 1 different, 2 tampered, 3 missing or unreferenced, 4 failed.
///
/// # Errors
///
/// When cargo cannot be run.
pub fn check(words: &[String]) -> Result<Verdict> {
    call("golden-check", words)
}

/// Records cases anew beside their goldens.
///
/// # Errors
///
/// When cargo cannot be run.
pub fn regenerate(words: &[String]) -> Result<Verdict> {
    call("golden-regen", words)
}

/// Takes over what was recorded anew.
///
/// # Errors
///
/// When cargo cannot be run.
pub fn accept(words: &[String]) -> Result<Verdict> {
    call("golden-accept", words)
}

fn call(name: &str, words: &[String]) -> Result<Verdict> {
    let options = "run --quiet --locked --package aos-testkit --bin golden-cases --";
    let status = cargo(&root(), &options.split(' ').collect::<Vec<_>>())
        .arg(name)
        .args(words)
        .status()
        .context("run cargo run")?;
    Ok(match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(0) => Verdict::Held,
        // Cargo answers with a code of its own when the program does not build.
        Some(code) if code <= FAILED => Verdict::BrokenWith(code),
        _ => Verdict::BrokenWith(FAILED),
    })
}
