//! `cargo xtask format`, `lint`, `docs` and `deny`: one call of one tool each, with the options that CI uses.

use std::{path::Path, process::Command, process::Stdio};

use anyhow::{Context, Result};

use crate::{
    args::Args,
    command::Verdict,
    workspace::{cargo, root},
};

/// Checks the formatting of all packages.
///
/// # Errors
///
/// When the command line is wrong or cargo cannot be run.
pub fn format(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    judge(&mut cargo(&root(), &["fmt", "--all", "--", "--check"]), "format")
}

/// Runs clippy on all targets of all packages with all features.
///
/// # Errors
///
/// When the command line is wrong or cargo cannot be run.
pub fn lint(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    let options = "clippy --workspace --all-targets --all-features --locked -- --deny warnings";
    judge(
        &mut cargo(&root(), &options.split(' ').collect::<Vec<_>>()),
        "lint",
    )
}

/// Builds the documentation of all packages.
///
/// # Errors
///
/// When the command line is wrong or cargo cannot be run.
pub fn docs(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    let options = ["doc", "--workspace", "--all-features", "--no-deps", "--locked"];
    judge(
        cargo(&root(), &options).env("RUSTDOCFLAGS", "--deny warnings"),
        "docs",
    )
}

/// Checks the dependencies against `deny.toml`: the named checks, or all four.
///
/// # Errors
///
/// When the command line is wrong or cargo cannot be run.
pub fn deny(words: &[String]) -> Result<Verdict> {
    let args = Args::parse(words, &[], &[])?;
    let root = root();
    if !is_installed(&root)? {
        return Ok(Verdict::NotRun(
            "cargo-deny is not installed; `cargo install --locked cargo-deny` installs it".to_owned(),
        ));
    }
    let mut call = cargo(&root, &["deny", "--all-features", "--locked", "check"]);
    judge(call.args(args.rest()), "deny")
}

fn is_installed(root: &Path) -> Result<bool> {
    let answer = cargo(root, &["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    Ok(answer.context("run cargo deny")?.success())
}

fn judge(call: &mut Command, name: &str) -> Result<Verdict> {
    let status = call.status().with_context(|| format!("run cargo for {name}"))?;
    if status.success() {
        println!("{name}: ok");
        return Ok(Verdict::Held);
    }
    eprintln!("{name}: failed ({status})");
    Ok(Verdict::Broken)
}
