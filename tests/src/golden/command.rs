//! `cargo xtask golden-check`, `golden-regen` and `golden-accept`: what they do and how they end.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "stdout is the answer of a command, stderr its problems"
)]

use std::{env, ffi::OsString, path::PathBuf};

use aos_golden::{
    CorpusError, KeyRing,
    corpus::{self, Corpus, Regenerated, Selection, Verdict, report},
};
use clap::{Args, Parser};

use super::Laboratory;

/// The exit code of a command that could not do its work.
const FAILED: u8 = 4;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Checks, regenerates and accepts the goldens of a folder"
)]
enum Command {
    /// Run every case again and compare; ends with 0 equal, 1 different, 2 tampered, 3 missing or unreferenced, 4 failed
    GoldenCheck {
        #[command(flatten)]
        folder: Folder,
        /// Only cases with this text in their names
        #[arg(long, value_name = "TEXT")]
        filter: Option<String>,
        /// Write report.json, summary.md, junit.xml and index.html into this folder
        #[arg(long, value_name = "DIR")]
        report_dir: Option<PathBuf>,
    },
    /// Record cases anew, beside their goldens
    GoldenRegen {
        #[command(flatten)]
        folder: Folder,
        #[command(flatten)]
        which: Which,
    },
    /// Take over what was recorded anew
    GoldenAccept {
        #[command(flatten)]
        folder: Folder,
        #[command(flatten)]
        which: Which,
        /// Why the goldens change, in one line for CHANGES.md
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Args)]
struct Folder {
    /// The folder with the manifest
    #[arg(long, value_name = "DIR", default_value = "golden")]
    folder: PathBuf,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Cases with this text in their names
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// All cases
    #[arg(long)]
    all: bool,
}

impl Which {
    fn selection(&self) -> Selection<'_> {
        selection(self.filter.as_deref())
    }
}

fn selection(filter: Option<&str>) -> Selection<'_> {
    filter.map_or(Selection::All, Selection::Matching)
}

/// Runs a command line, the first word of which is the name of the program, and returns the exit code.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let command = match Command::try_parse_from(args) {
        Ok(command) => command,
        Err(error) => {
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { FAILED } else { 0 };
        }
    };
    execute(&command).unwrap_or_else(|error| {
        eprintln!("{error}");
        match error {
            CorpusError::Golden(error) if error.damage().is_some() => Verdict::Untrusted.exit_code(),
            _ => FAILED,
        }
    })
}

fn execute(command: &Command) -> Result<u8, CorpusError> {
    // Builds of forks have no secrets: these goldens are signed with the key that everybody has.
    let ring = KeyRing::development();
    let laboratory = Laboratory::default();
    match command {
        Command::GoldenCheck {
            folder,
            filter,
            report_dir,
        } => {
            let corpus = Corpus::load(&folder.folder)?;
            let selection = selection(filter.as_deref());
            let checked = corpus::check(&corpus, selection, &ring, |case| laboratory.record(case))?;
            if let Some(folder) = report_dir {
                report::write_report(&checked, folder)?;
            }
            println!("{}", report::to_markdown(&checked));
            Ok(checked.verdict().exit_code())
        }
        Command::GoldenRegen { folder, which } => {
            if is_ci() {
                eprintln!(
                    "golden-regen: goldens are not changed in CI; run it where somebody looks at the difference"
                );
                return Ok(FAILED);
            }
            let corpus = Corpus::load(&folder.folder)?;
            let regenerated =
                corpus::regenerate(&corpus, which.selection(), &ring, |case| laboratory.record(case))?;
            let codes = regenerated.iter().map(|(name, regenerated)| {
                let (text, code) = described(regenerated);
                println!("{name}: {text}");
                code
            });
            Ok(codes.max().unwrap_or(0))
        }
        Command::GoldenAccept {
            folder,
            which,
            reason,
        } => {
            if is_ci() {
                eprintln!("golden-accept: goldens are not changed in CI");
                return Ok(FAILED);
            }
            let corpus = Corpus::load(&folder.folder)?;
            for accepted in corpus::accept(&corpus, which.selection(), &ring, reason)? {
                println!(
                    "{}: {}",
                    accepted.name,
                    if accepted.is_new { "added" } else { "changed" }
                );
            }
            Ok(0)
        }
    }
}

fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Returns what became of a case that was recorded anew, and the exit code.
fn described(regenerated: &Regenerated) -> (String, u8) {
    match regenerated {
        Regenerated::Unchanged => ("unchanged".into(), 0),
        Regenerated::Pending { path, differences } => {
            let mut text = format!("`{}` waits to be accepted", path.display());
            for difference in differences.iter().flatten().take(20) {
                text += &format!("\n    {difference}");
            }
            (text, 0)
        }
        Regenerated::Refused(reason) => (format!("refused: {reason}"), Verdict::Untrusted.exit_code()),
        Regenerated::Failed(reason) => (format!("failed: {reason}"), FAILED),
    }
}
