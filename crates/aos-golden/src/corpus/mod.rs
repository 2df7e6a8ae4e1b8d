//! A folder of goldens: what belongs to it, whether it still holds, and how it changes.
//!
//! `manifest.toml` lists the cases. [`check()`] makes each run again and compares; it never writes into the folder.
//! [`regenerate`] writes what would become a golden beside it, and [`accept`] takes that over with a reason, which it notes in
//! `CHANGES.md`. How a case is run is up to the caller, who gives a closure that returns its recording.

mod accept;
mod check;
mod manifest;
mod regenerate;
pub mod report;

pub use accept::{Accepted, accept};
pub use check::{CaseOutcome, CaseReport, CheckReport, Stray, Verdict, check};
pub use manifest::{Case, Corpus, Selection};
pub use regenerate::{Regenerated, regenerate};

use std::path::Path;

use crate::error::CorpusError;

/// Returns what makes an error of an answer of the operating system about `path`.
fn io_error(path: &Path) -> impl Fn(std::io::Error) -> CorpusError {
    move |source| CorpusError::Io {
        path: path.into(),
        source,
    }
}
