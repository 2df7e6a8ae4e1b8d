//! Recording cases anew, beside their goldens.

use std::{fmt, fs, io, path::PathBuf};

use super::{Case, Corpus, Selection, io_error};
use crate::{
    compare::{CompareOptions, Difference, compare_golden},
    error::{CorpusError, Damage},
    golden::{Golden, load_golden},
    key::KeyRing,
    paths::pending_path,
};

/// What became of one case that was recorded anew.
#[derive(Debug)]
pub enum Regenerated {
    /// The run does what the golden says; nothing was written.
    Unchanged,
    /// The run does something else, or has no golden yet; it waits to be accepted.
    Pending {
        /// Where it waits.
        path: PathBuf,
        /// In what it differs from the golden; `None` when there is none yet.
        differences: Option<Vec<Difference>>,
    },
    /// There is a golden that cannot be trusted. Recording over it would hide that it was changed.
    Refused(String),
    /// The case could not be run.
    Failed(String),
}

/// Makes each selected run again with `record`, and writes those that do something else than their golden says to
/// `{golden}.new`, where [`accept`](super::accept()) finds them. Returns what became of each case, by name.
///
/// # Errors
///
/// [`CorpusError::NothingSelected`]; [`CorpusError::Io`] when a recording cannot be written.
pub fn regenerate<E: fmt::Display>(
    corpus: &Corpus,
    selection: Selection<'_>,
    ring: &KeyRing,
    mut record: impl FnMut(&Case) -> Result<Golden, E>,
) -> Result<Vec<(String, Regenerated)>, CorpusError> {
    let cases = corpus.select(selection)?.into_iter();
    cases
        .map(|case| Ok((case.name.clone(), regenerate_case(case, ring, &mut record)?)))
        .collect()
}

fn regenerate_case<E: fmt::Display>(
    case: &Case,
    ring: &KeyRing,
    record: &mut impl FnMut(&Case) -> Result<Golden, E>,
) -> Result<Regenerated, CorpusError> {
    let expected = match load_golden(&case.golden, ring) {
        Ok(expected) => Some(expected),
        Err(error) if error.damage() == Some(&Damage::Missing) => None,
        Err(error) => return Ok(Regenerated::Refused(error.to_string())),
    };
    let actual = match record(case) {
        Ok(actual) => actual,
        Err(error) => return Ok(Regenerated::Failed(error.to_string())),
    };
    let pending = pending_path(&case.golden);
    let differences = expected
        .map(|expected| compare_golden(&actual, &expected, &CompareOptions::of_another_program()))
        .transpose()?;
    if differences.as_ref().is_some_and(Vec::is_empty) {
        return match fs::remove_file(&pending) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(&pending)(error)),
            _ => Ok(Regenerated::Unchanged),
        };
    }
    actual.save_unsigned(&pending)?;
    Ok(Regenerated::Pending {
        path: pending,
        differences,
    })
}
