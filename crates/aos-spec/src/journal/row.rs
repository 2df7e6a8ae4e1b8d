//! The rows of a journal and what they hold. What a run is made of them is left to `run`.

use super::body::{DeniedBody, EndedBody, FailedBody};
use crate::{
    ContentHash, RunId, StepFailure, StepIndex, StepResult,
    canonical::{self, CanonicalError},
    port::Denial,
};

/// The version of the rows of a journal; a store keeps it with each run.
pub const JOURNAL_FORMAT: u32 = 1;

/// Whether this program can read journals of version `format`.
#[must_use]
pub const fn check_readable_by(format: u32) -> bool {
    format == JOURNAL_FORMAT
}

/// What a row of the journal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// An attempt of a skill that must not be repeated is about to begin.
    Started,
    /// An attempt failed and will be tried again.
    Failed,
    /// The step has ended.
    Ended,
    /// A rule refused an attempt, so that the run ends.
    Denied,
}

impl RowKind {
    /// Returns the number that stores keep for this kind.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Started => 1,
            Self::Failed => 2,
            Self::Ended => 3,
            Self::Denied => 4,
        }
    }

    /// Returns the kind that `number` stands for.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Started),
            2 => Some(Self::Failed),
            3 => Some(Self::Ended),
            4 => Some(Self::Denied),
            _ => None,
        }
    }
}

/// One row of a journal, as stores keep it. (step, kind, attempt) is unique within a run: appending a row again with
/// the same hash changes nothing, which is how a lost answer is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// The step.
    pub step: StepIndex,
    /// What the row tells.
    pub kind: RowKind,
    /// The number of the attempt, from 1; zero for [`RowKind::Ended`].
    pub attempt: u32,
    /// Canonical JSON.
    pub body: String,
    /// The hash of `body`.
    pub hash: ContentHash,
    /// How long the attempts took, in milliseconds.
    pub duration_ms: u64,
    /// How long the run had been executing, in milliseconds.
    pub elapsed_ms: u64,
}

impl JournalRow {
    /// Returns the row of a step that has ended with `result`: as [`JournalEntry::to_row`], without giving the result away.
    ///
    /// # Errors
    ///
    /// [`CanonicalError`] when the output or the details have no canonical form.
    pub fn ended(result: &StepResult, step: StepIndex, elapsed_ms: u64) -> Result<Self, CanonicalError> {
        let body = canonical::envelope_to_string(&EndedBody::of(result))?;
        let mut row = Self::new(step, RowKind::Ended, 0, body, elapsed_ms);
        row.duration_ms = result.duration_ms;
        Ok(row)
    }

    fn new(step: StepIndex, kind: RowKind, attempt: u32, body: String, elapsed_ms: u64) -> Self {
        Self {
            step,
            kind,
            attempt,
            hash: ContentHash::of_bytes(body.as_bytes()),
            body,
            duration_ms: 0,
            elapsed_ms,
        }
    }
}

/// The content of a [`JournalRow`].
#[derive(Debug, Clone, PartialEq)]
pub enum JournalEntry {
    /// An attempt of a skill that must not be repeated is about to begin.
    Started {
        /// The number of the attempt.
        attempt: u32,
    },
    /// An attempt failed and will be tried again.
    Failed {
        /// The number of the attempt.
        attempt: u32,
        /// Why it failed. [`StepFailure::retry_after`] is not kept: after a crash the next attempt begins at once.
        failure: StepFailure,
    },
    /// The step has ended.
    Ended(StepResult),
    /// A rule refused an attempt, so that the run ends. That an attempt was allowed needs no row of its own: none begins
    /// that was not.
    Denied {
        /// The number of the attempt.
        attempt: u32,
        /// Why, and how the run ends.
        denial: Denial,
    },
}

/// A stored row or header does not parse or does not match its hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored data of run `{run_id}` is corrupt: {reason}")]
pub struct CorruptRun {
    /// The run.
    pub run_id: String,
    /// What does not fit.
    pub reason: String,
}

/// The body of [`RowKind::Started`]: the row says it all.
const STARTED: &str = "{}";

impl JournalEntry {
    /// Returns the row for this entry of the step at `step`.
    ///
    /// Outputs and details come back in their [normal form](canonical::normalize).
    ///
    /// # Errors
    ///
    /// [`CanonicalError`] when the output or the details have no canonical form.
    pub fn to_row(&self, step: StepIndex, elapsed_ms: u64) -> Result<JournalRow, CanonicalError> {
        let (kind, attempt, body) = match self {
            Self::Started { attempt } => (RowKind::Started, *attempt, STARTED.into()),
            Self::Failed { attempt, failure } => {
                let body = canonical::envelope_to_string(&FailedBody::of(failure))?;
                (RowKind::Failed, *attempt, body)
            }
            Self::Ended(result) => return JournalRow::ended(result, step, elapsed_ms),
            Self::Denied { attempt, denial } => {
                let body = canonical::envelope_to_string(&DeniedBody::of(denial))?;
                (RowKind::Denied, *attempt, body)
            }
        };
        Ok(JournalRow::new(step, kind, attempt, body, elapsed_ms))
    }

    /// Returns the entry that `row` holds.
    ///
    /// # Errors
    ///
    /// [`CorruptRun`] when the body does not match its hash or does not parse.
    pub fn from_row(row: &JournalRow, run_id: &RunId) -> Result<Self, CorruptRun> {
        let corrupt = |reason: String| CorruptRun {
            run_id: run_id.to_string(),
            reason: format!("row of step {} ({:?}): {reason}", row.step, row.kind),
        };
        let out_of_range = || corrupt("the cost is out of range".into());
        if ContentHash::of_bytes(row.body.as_bytes()) != row.hash {
            return Err(corrupt("the body does not match its hash".into()));
        }
        let unreadable = |error: serde_json::Error| corrupt(error.to_string());
        match row.kind {
            RowKind::Started if row.body == STARTED => Ok(Self::Started { attempt: row.attempt }),
            RowKind::Started => Err(corrupt("a body where none belongs".into())),
            RowKind::Failed => {
                let body: FailedBody<'_> = serde_json::from_str(&row.body).map_err(unreadable)?;
                Ok(Self::Failed {
                    attempt: row.attempt,
                    failure: body.into_failure().ok_or_else(out_of_range)?,
                })
            }
            RowKind::Ended => {
                let body: EndedBody<'_> = serde_json::from_str(&row.body).map_err(unreadable)?;
                body.into_result(row.duration_ms)
                    .map(Self::Ended)
                    .ok_or_else(out_of_range)
            }
            RowKind::Denied => {
                let body: DeniedBody<'_> = serde_json::from_str(&row.body).map_err(unreadable)?;
                Ok(Self::Denied {
                    attempt: row.attempt,
                    denial: body.into_denial(),
                })
            }
        }
    }
}
