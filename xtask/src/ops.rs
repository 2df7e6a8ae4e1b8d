//! `cargo xtask setup-ops`: installs the programs that the tests of `ops/` ask: Prometheus and Alertmanager.
//!
//! They are Debian packages, so this works on Debian and Ubuntu, for root, and in CI also for whoever may use `sudo`
//! without a password. Elsewhere the tests are shown as ignored.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::{args::Args, command::Verdict};

/// The programs by all names under which they are installed, and the package of each.
const PROGRAMS: &[(&[&str], &str)] = &[
    (&["prometheus"], "prometheus"),
    (&["promtool"], "prometheus"),
    (
        &["prometheus-alertmanager", "alertmanager"],
        "prometheus-alertmanager",
    ),
    (&["amtool"], "prometheus-alertmanager"),
];

/// Installs what is missing.
///
/// # Errors
///
/// When the command line is wrong or a program that is there cannot be run.
pub fn command(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    let packages = missing(&env::var_os("PATH").unwrap_or_default());
    if packages.is_empty() {
        println!("setup-ops: everything is there");
        return Ok(Verdict::Held);
    }
    let names = packages.join(" and ");
    let Some(prefix) = prefix()? else {
        let reason = format!("{names} are missing and nothing here may install them; install them yourself");
        return Ok(Verdict::NotRun(reason));
    };
    eprintln!("setup-ops: installing {names}");
    let update = apt_get(prefix, &["update", "--quiet"])?;
    let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    install.extend(packages);
    if update && apt_get(prefix, &install)? {
        println!("setup-ops: installed {names}");
        return Ok(Verdict::Held);
    }
    eprintln!("setup-ops: {names} could not be installed");
    Ok(Verdict::Broken)
}

/// Installs what is missing before tests run. A failure is shown and is not an error: the tests know best whether they
/// may do without.
pub(crate) fn prepare() {
    match command(&[]) {
        Ok(Verdict::Held | Verdict::Broken | Verdict::BrokenWith(_)) => {}
        Ok(Verdict::NotRun(reason)) => eprintln!("setup-ops: {reason}"),
        Err(error) => eprintln!("setup-ops: {error:#}"),
    }
}

/// Returns the packages of which a program is in no folder of `path`.
#[must_use]
pub fn missing(path: &std::ffi::OsStr) -> Vec<&'static str> {
    let folders: Vec<_> = env::split_paths(path).collect();
    let is_there = |name: &&str| folders.iter().any(|folder| folder.join(name).is_file());
    let mut packages: Vec<_> = PROGRAMS
        .iter()
        .filter(|(names, _)| !names.iter().any(is_there))
        .map(|(_, package)| *package)
        .collect();
    packages.dedup();
    packages
}

/// Returns what goes before `apt-get`; `None` where it must not or cannot be used. A person's password or machine is left
/// alone: only CI uses `sudo`.
fn prefix() -> Result<Option<&'static [&'static str]>> {
    if !Path::new("/usr/bin/apt-get").is_file() {
        return Ok(None);
    }
    let output = Command::new("id").arg("-u").output().context("run id")?;
    if output.stdout.trim_ascii() == b"0" {
        return Ok(Some(&[]));
    }
    let is_allowed = env::var_os("CI").is_some()
        && Command::new("sudo")
            .args(["--non-interactive", "true"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    Ok(is_allowed.then_some(&["sudo", "--non-interactive"]))
}

/// Runs `apt-get` and returns whether it succeeded. What it prints is shown.
fn apt_get(prefix: &[&str], words: &[&str]) -> Result<bool> {
    let words: Vec<_> = prefix
        .iter()
        .chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .chain(words)
        .collect();
    let mut call = Command::new(words[0]);
    let status = call.args(&words[1..]).stdin(Stdio::null()).status();
    Ok(status.context("run apt-get")?.success())
}
