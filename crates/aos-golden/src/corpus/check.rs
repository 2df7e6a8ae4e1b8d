//! Checking every case, and that nothing lies about.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{Case, Corpus, Selection, io_error};
use crate::{
    compare::{CompareOptions, Difference, compare_golden},
    error::{CorpusError, Damage, GoldenError},
    golden::{Golden, load_golden},
    key::KeyRing,
    paths::{file_name, pending_path, signature_path},
    secret::{HiddenTexts, SecretFinding, check_line},
};

/// What a check comes to, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every run still does what its golden says.
    Equal,
    /// A run does something else.
    Different,
    /// A golden is missing, or a file belongs to no case.
    Incomplete,
    /// A golden is unsigned, was changed, or holds a secret.
    Untrusted,
    /// A case could not be run or read.
    Failed,
}

impl Verdict {
    /// Returns the word for the verdict.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Different => "different",
            Self::Incomplete => "incomplete",
            Self::Untrusted => "untrusted",
            Self::Failed => "failed",
        }
    }

    /// Returns the exit code of a program that only checks.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Equal => 0,
            Self::Different => 1,
            Self::Untrusted => 2,
            Self::Incomplete => 3,
            Self::Failed => 4,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What became of one case.
#[derive(Debug)]
pub enum CaseOutcome {
    /// The run does what the golden says.
    Equal,
    /// The run does something else.
    Different {
        /// In what the two differ.
        differences: Vec<Difference>,
        /// What the run does now.
        actual: Golden,
    },
    /// There is no golden.
    Missing,
    /// The golden cannot be trusted; the case was not run.
    Damaged(GoldenError),
    /// The golden holds what looks like a secret; the case was not run.
    Secret(SecretFinding),
    /// The case could not be run or read.
    Failed(String),
}

impl CaseOutcome {
    /// Returns what the outcome means for the whole.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Equal => Verdict::Equal,
            Self::Different { .. } => Verdict::Different,
            Self::Missing => Verdict::Incomplete,
            Self::Damaged(_) | Self::Secret(_) => Verdict::Untrusted,
            Self::Failed(_) => Verdict::Failed,
        }
    }

    /// Returns the outcome in one line; `None` when the run does what the golden says.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Equal => None,
            Self::Different { differences, .. } => Some(match differences.as_slice() {
                [only] => only.to_string(),
                [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
                [] => "different".into(),
            }),
            Self::Missing => Some("there is no golden; regenerate and accept it".into()),
            Self::Damaged(error) => Some(error.to_string()),
            Self::Secret(finding) => Some(format!(
                "holds what looks like a secret (rule `{}`) at `{}`: revoke it, and record again without it",
                finding.rule, finding.pointer
            )),
            Self::Failed(reason) => Some(reason.clone()),
        }
    }
}

/// What became of one case, with its name.
#[derive(Debug)]
#[non_exhaustive]
pub struct CaseReport {
    /// The name of the case.
    pub name: String,
    /// The golden.
    pub golden: PathBuf,
    /// What became of it.
    pub outcome: CaseOutcome,
}

/// A file that belongs to no case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Stray {
    /// The file.
    pub path: PathBuf,
    /// What to do about it.
    pub reason: &'static str,
}

/// What a check found.
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// The cases, in the order of the manifest.
    pub cases: Vec<CaseReport>,
    /// Files that belong to no case; looked for when all cases are checked.
    pub strays: Vec<Stray>,
}

impl CheckReport {
    /// Returns the worst of all outcomes.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let strays = self.strays.iter().map(|_| Verdict::Incomplete);
        let cases = self.cases.iter().map(|case| case.outcome.verdict());
        cases.chain(strays).max().unwrap_or(Verdict::Equal)
    }
}

/// Makes each selected run again with `record`, and compares it with its golden. Which program recorded does not count. Writes
/// nothing into the folder. A golden that is damaged or missing is reported without running its case.
///
/// # Errors
///
/// [`CorpusError::NothingSelected`]; [`CorpusError::Io`] when the folder cannot be read.
pub fn check<E: fmt::Display>(
    corpus: &Corpus,
    selection: Selection<'_>,
    ring: &KeyRing,
    mut record: impl FnMut(&Case) -> Result<Golden, E>,
) -> Result<CheckReport, CorpusError> {
    let cases = corpus.select(selection)?.into_iter().map(|case| CaseReport {
        name: case.name.clone(),
        golden: case.golden.clone(),
        outcome: check_case(case, ring, &mut record),
    });
    Ok(CheckReport {
        cases: cases.collect(),
        strays: match selection {
            Selection::All => strays(corpus)?,
            Selection::Matching(_) => Vec::new(),
        },
    })
}

fn check_case<E: fmt::Display>(
    case: &Case,
    ring: &KeyRing,
    record: &mut impl FnMut(&Case) -> Result<Golden, E>,
) -> CaseOutcome {
    judge(case, ring, record).unwrap_or_else(|error| match error.damage() {
        Some(Damage::Missing) => CaseOutcome::Missing,
        Some(_) => CaseOutcome::Damaged(error),
        None => CaseOutcome::Failed(error.to_string()),
    })
}

fn judge<E: fmt::Display>(
    case: &Case,
    ring: &KeyRing,
    record: &mut impl FnMut(&Case) -> Result<Golden, E>,
) -> Result<CaseOutcome, GoldenError> {
    let expected = load_golden(&case.golden, ring)?;
    if let Some(finding) = find_secret_in(&expected)? {
        return Ok(CaseOutcome::Secret(finding));
    }
    let actual = match record(case) {
        Ok(actual) => actual,
        Err(error) => return Ok(CaseOutcome::Failed(error.to_string())),
    };
    let differences = compare_golden(&actual, &expected, &CompareOptions::of_another_program())?;
    if differences.is_empty() {
        return Ok(CaseOutcome::Equal);
    }
    Ok(CaseOutcome::Different { differences, actual })
}

/// Returns the first secret in `golden`.
pub(super) fn find_secret_in(golden: &Golden) -> Result<Option<SecretFinding>, GoldenError> {
    let mut lines = golden.lines()?;
    let mut found = None;
    while let Some(line) = lines.next_line()? {
        if found.is_none() {
            found = check_line(line, &HiddenTexts::default()).err();
        }
    }
    Ok(found)
}

/// Returns the files of goldens that belong to no case, or wait to be accepted.
fn strays(corpus: &Corpus) -> Result<Vec<Stray>, CorpusError> {
    let cases = corpus.cases().iter().map(|case| &case.golden);
    let known: BTreeSet<PathBuf> = cases
        .clone()
        .flat_map(|path| [path.clone(), signature_path(path)])
        .collect();
    let pending: BTreeSet<PathBuf> = cases.map(|path| pending_path(path)).collect();
    let mut files = Vec::new();
    list_files(corpus.folder(), &mut files).map_err(io_error(corpus.folder()))?;
    let strays = files
        .into_iter()
        .filter(|path| file_name(path).contains(".steps.jsonl") && !known.contains(path));
    let mut strays: Vec<_> = strays
        .map(|path| Stray {
            reason: if pending.contains(&path) {
                "waits to be accepted: accept or remove it"
            } else {
                "belongs to no case: add one to the manifest or remove it"
            },
            path,
        })
        .collect();
    strays.sort();
    Ok(strays)
}

fn list_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list_files(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
