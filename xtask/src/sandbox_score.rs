//! `cargo xtask sandbox-score`: how much of a corpus the sandbox detects, and how much it flags for nothing.
//!
//! The counting is done by an example of the sandbox, so that building this program does not need the sandbox.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    args::{Args, UsageError},
    command::Verdict,
    workspace::{cargo, root},
};

/// Where a development corpus is looked for, relative to the root of the repository.
const SHARED: &str = "../shared/corpora/sandbox_dev.jsonl";

/// The corpus of the project, relative to the root of the repository.
const OWN: &str = "crates/aos-sandbox/tests/data/corpus.jsonl";

/// Prints the tables of a corpus.
///
/// # Errors
///
/// When the command line is wrong, or the example cannot be built or read the corpus.
pub fn command(words: &[String]) -> Result<Verdict> {
    let args = Args::parse(words, &[], &["--corpus"])?;
    args.no_rest()?;
    let given = match args.values("--corpus") {
        [] => None,
        [path] => Some(env::current_dir().context("find the current folder")?.join(path)),
        _ => return Err(UsageError("`--corpus` can be given once".to_owned()).into()),
    };
    let root = root();
    let corpus = corpus(&root, given);
    println!("{}", corpus.display());
    let words = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "aos-sandbox",
        "--example",
        "score",
        "--",
    ];
    let status = cargo(&root, &words).arg(&corpus).status();
    let is_scored = status.context("run cargo run")?.success();
    Ok(if is_scored { Verdict::Held } else { Verdict::Broken })
}

/// Returns the corpus that was asked for, else the shared one where there is one, else that of the project.
#[must_use]
pub fn corpus(root: &Path, given: Option<PathBuf>) -> PathBuf {
    let shared = root.join(SHARED);
    given
        .or_else(|| shared.is_file().then_some(shared))
        .unwrap_or_else(|| root.join(OWN))
}
