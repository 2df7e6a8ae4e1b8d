//! `cargo xtask bench`: runs the benchmark programs and compares what they measure with its floor.
//!
//! A benchmark program is a `[[bench]]` with `harness = false`. It takes its measurements once, and prints one line
//! for each in the form that [`protocol`] describes; whatever else it prints is passed on. The runner runs every program
//! several times, takes medians, prints a table, and writes it to `target/bench/report.md` and `report.json`.
//!
//! Bounds inform; they decide about the exit code only with `--strict`, because a busy machine breaks any of them.

pub mod machine;
pub mod protocol;
pub mod report;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use self::{machine::Machine, report::Report};
use crate::{
    args::{Args, UsageError},
    command::Verdict,
    workspace::{Workspace, cargo, root},
};

const DEFAULT_ROUNDS: usize = 3;

/// A benchmark program that is ready to run.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// The folder to run it in: that of its package.
    pub folder: PathBuf,
}

/// Runs the named programs, or all.
///
/// # Errors
///
/// When the command line is wrong, a program does not build, fails or prints what is not a measurement, or the report
/// cannot be written.
pub fn command(words: &[String]) -> Result<Verdict> {
    let args = Args::parse(words, &["--strict"], &["--rounds"])?;
    let n_rounds = match args.values("--rounds").last() {
        None => DEFAULT_ROUNDS,
        Some(text) => match text.parse() {
            Ok(n_rounds) if n_rounds > 0 => n_rounds,
            _ => return Err(UsageError(format!("`{text}` is not a number of rounds")).into()),
        },
    };
    let root = root();
    let workspace = Workspace::load(&root)?;
    let programs = build(&root, &workspace, &chosen(&workspace, args.rest())?)?;

    let folder = root.join("target/bench");
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    let machine = Machine::probe(&folder)?;
    let report = Report::new(machine, run(&programs, n_rounds)?);
    let markdown = report.to_markdown();
    for (name, text) in [("report.md", &markdown), ("report.json", &report.to_json())] {
        fs::write(folder.join(name), text).with_context(|| format!("write {name}"))?;
    }
    print!("{markdown}");
    let n_broken = report.n_broken();
    if n_broken > 0 {
        eprintln!("bench: {n_broken} bounds do not hold");
    }
    Ok(if args.has("--strict") && n_broken > 0 {
        Verdict::Broken
    } else {
        Verdict::Held
    })
}

/// Runs every program once a round, all of them before the next round, so that a disturbance of the machine meets all.
///
/// # Errors
///
/// When a program cannot be run, fails, or prints what is not a measurement or none at all.
pub fn run(programs: &[Program], n_rounds: usize) -> Result<Vec<report::Sample>> {
    let mut samples = Vec::new();
    for round in 1..=n_rounds {
        for program in programs {
            eprintln!("bench: round {round}/{n_rounds}: {}", program.name);
            let measurements =
                measure(program).with_context(|| format!("benchmark program `{}`", program.name))?;
            samples.extend(measurements.into_iter().map(|measurement| report::Sample {
                program: program.name.clone(),
                measurement,
            }));
        }
    }
    Ok(samples)
}

fn measure(program: &Program) -> Result<Vec<protocol::Measurement>> {
    // Cargo passes `--bench` as well; a program that is started by hand without it may choose to do less.
    let mut child = Command::new(&program.path)
        .arg("--bench")
        .current_dir(&program.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("run {}", program.path.display()))?;
    let mut measurements: Vec<protocol::Measurement> = Vec::new();
    for line in BufReader::new(child.stdout.take().context("read its output")?).lines() {
        let line = line.context("read its output")?;
        match protocol::parse(&line)? {
            Some(new) if measurements.iter().any(|old| old.name == new.name) => {
                bail!("it measures `{}` twice", new.name);
            }
            Some(new) => measurements.push(new),
            None => eprintln!("{line}"),
        }
    }
    let status = child.wait().context("wait for it")?;
    ensure!(status.success(), "{status}");
    ensure!(
        !measurements.is_empty(),
        "it prints no line that begins with `{}`",
        protocol::PREFIX
    );
    Ok(measurements)
}

/// Returns the package and name of the benchmark programs that `names` chooses.
fn chosen<'w>(workspace: &'w Workspace, names: &[String]) -> Result<Vec<(&'w str, &'w str)>> {
    let all: Vec<(&str, &str)> = workspace
        .packages
        .iter()
        .flat_map(|package| {
            package
                .benches
                .iter()
                .map(|bench| (package.name.as_str(), bench.as_str()))
        })
        .collect();
    let known = || all.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names
        .iter()
        .find(|name| all.iter().all(|(_, known)| known != name))
    {
        return Err(UsageError(format!(
            "no benchmark program is called `{unknown}`; there are: {}",
            known()
        ))
        .into());
    }
    ensure!(!all.is_empty(), "the workspace has no benchmark program");
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    Ok(all.into_iter().filter(|(_, name)| is_chosen(name)).collect())
}

fn build(root: &Path, workspace: &Workspace, chosen: &[(&str, &str)]) -> Result<Vec<Program>> {
    let mut call = cargo(
        root,
        &[
            "bench",
            "--locked",
            "--no-run",
            "--message-format=json-render-diagnostics",
        ],
    );
    for (package, name) in chosen {
        call.args(["--package", package, "--bench", name]);
    }
    let output = call
        .stderr(Stdio::inherit())
        .output()
        .context("run cargo bench")?;
    ensure!(output.status.success(), "the benchmark programs do not build");
    let mut programs = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).context("read from cargo")?;
        let (Some(program), Some(name)) =
            (message["executable"].as_str(), message["target"]["name"].as_str())
        else {
            continue;
        };
        let Some((package, _)) = chosen.iter().find(|(_, chosen)| *chosen == name) else {
            continue;
        };
        let manifest = workspace.package(package).map_or("", |package| &package.manifest);
        programs.push(Program {
            name: name.to_owned(),
            path: program.into(),
            folder: root.join(manifest).parent().unwrap_or(root).to_owned(),
        });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}
