//! `cargo xtask test`: runs all tests, doctests included, and says where the time went.
//!
//! It is plain `cargo test`, so that a fresh machine needs nothing else. `--long` sets `AOS_TEST_LONG=1`, which the
//! random and exhaustive tests read to run many more cases.

mod transcript;

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, IsTerminal, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

pub use transcript::Transcript;

use crate::{
    args::Args,
    command::Verdict,
    workspace::{Workspace, cargo, root},
};

/// Runs the tests whose name contains one of the given words, or all.
///
/// # Errors
///
/// When the command line is wrong, a package is unknown, or cargo cannot be run.
pub fn command(words: &[String]) -> Result<Verdict> {
    let args = Args::parse(words, &["--long"], &["-p", "--package"])?;
    let root = root();
    let workspace = Workspace::load(&root)?;
    let packages = packages(&workspace, &args)?;
    let call = || {
        let mut call = cargo(&root, &["test", "--all-features", "--locked", "--no-fail-fast"]);
        call.args(&packages);
        if args.has("--long") {
            call.env("AOS_TEST_LONG", "1");
        }
        call
    };

    let start = Instant::now();
    let Some(programs) = build(call(), &workspace, &root)? else {
        eprintln!("test: FAILED: the tests do not build");
        return Ok(Verdict::Broken);
    };
    let mut transcript = Transcript::new(&root, programs, start.elapsed());
    let mut call = call();
    if io::stdout().is_terminal() {
        call.args(["--color", "always"]);
    }
    call.arg("--").args(args.rest());
    let succeeded = execute(call, &mut transcript, start)?;

    print!("\n{}", transcript.summary());
    let seconds = start.elapsed().as_secs_f64();
    if !succeeded {
        for name in transcript.failed() {
            eprintln!("test: failed: {name}");
        }
        eprintln!("test: FAILED after {seconds:.1} s");
        return Ok(Verdict::Broken);
    }
    let n_passed = transcript.n_passed();
    if n_passed == 0 {
        eprintln!("test: FAILED: no test ran");
        return Ok(Verdict::Broken);
    }
    println!("test: ok, {n_passed} tests passed in {seconds:.1} s");
    Ok(Verdict::Held)
}

fn packages(workspace: &Workspace, args: &Args) -> Result<Vec<String>> {
    let names = args.values("-p").iter().chain(args.values("--package"));
    let mut words = Vec::new();
    for name in names {
        if workspace.package(name).is_none() {
            bail!("the workspace has no package `{name}`");
        }
        words.extend(["--package".to_owned(), name.clone()]);
    }
    if words.is_empty() {
        words.push("--workspace".to_owned());
    }
    Ok(words)
}

/// Builds the test programs and returns the package of each by its path; `None` when they do not build.
fn build(mut call: Command, workspace: &Workspace, root: &Path) -> Result<Option<BTreeMap<PathBuf, String>>> {
    let mut child = call
        .args(["--no-run", "--message-format=json-render-diagnostics"])
        .stdout(Stdio::piped())
        .spawn()
        .context("run cargo test")?;
    let mut programs = BTreeMap::new();
    for line in BufReader::new(child.stdout.take().context("read from cargo")?).lines() {
        let message: Value =
            serde_json::from_str(&line.context("read from cargo")?).context("read from cargo")?;
        let (Some(program), Some(manifest)) =
            (message["executable"].as_str(), message["manifest_path"].as_str())
        else {
            continue;
        };
        let package = workspace
            .packages
            .iter()
            .find(|package| root.join(&package.manifest) == Path::new(manifest))
            .with_context(|| format!("{manifest} is not in the workspace"))?;
        programs.insert(program.into(), package.name.clone());
    }
    let status = child.wait().context("wait for cargo")?;
    Ok(status.success().then_some(programs))
}

/// Runs the tests, passes on what they print and takes notes. Returns whether cargo is content.
fn execute(mut call: Command, transcript: &mut Transcript, start: Instant) -> Result<bool> {
    // Cargo names the programs on stderr and they answer on stdout: one pipe for both keeps the order.
    let (reader, writer) = io::pipe().context("make a pipe")?;
    let mut child = call
        .stdout(writer.try_clone().context("make a pipe")?)
        .stderr(writer)
        .spawn()
        .context("run cargo test")?;
    // The call holds the writing end; while it exists, reading does not end.
    drop(call);
    let mut stdout = io::stdout().lock();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).context("read from cargo")? > 0 {
        stdout.write_all(&line).context("write to stdout")?;
        transcript.read(&String::from_utf8_lossy(&line), start.elapsed());
        line.clear();
    }
    transcript.end(start.elapsed());
    Ok(child.wait().context("wait for cargo")?.success())
}
