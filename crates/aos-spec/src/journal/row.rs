//! The rows of a journal and what they hold. What a run is made of them is left to `run`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ContentHash, ErrorCode, Money, RunId, StepFailure, StepId, StepIndex, StepResult, StepStatus,
    canonical::{self, CanonicalError},
};

/// The version of the rows below; a store keeps it with each run.
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
}

impl RowKind {
    /// Returns the number that stores keep for this kind.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Started => 1,
            Self::Failed => 2,
            Self::Ended => 3,
        }
    }

    /// Returns the kind that `number` stands for.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Started),
            2 => Some(Self::Failed),
            3 => Some(Self::Ended),
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
        /// Why it failed.
        failure: StepFailure,
    },
    /// The step has ended.
    Ended(StepResult),
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

/// The canonical form of a row's body. Fields are declared in the order of their names.
#[derive(Serialize, Deserialize)]
struct Body {
    cost_micro_cents: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_code: Option<ErrorCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_details: Option<Value>,
    #[serde(default)]
    output: Value,
    retries: u32,
    status: Option<StepStatus>,
    step_id: Option<StepId>,
}

impl JournalEntry {
    /// Returns the row for this entry of the step at `step`.
    ///
    /// # Errors
    ///
    /// [`CanonicalError`] when the output or the details have no canonical form.
    pub fn to_row(&self, step: StepIndex, elapsed_ms: u64) -> Result<JournalRow, CanonicalError> {
        let (kind, attempt, body, duration_ms) = match self {
            Self::Started { attempt } => (RowKind::Started, *attempt, b"{}".to_vec(), 0),
            Self::Failed { attempt, failure } => {
                let body = Body {
                    cost_micro_cents: failure.cost.as_micro_cents(),
                    error: Some(failure.message.clone()),
                    error_code: Some(failure.code),
                    error_details: failure.details.clone(),
                    output: Value::Null,
                    retries: attempt - 1,
                    status: None,
                    step_id: None,
                };
                (RowKind::Failed, *attempt, canonical::to_vec(&body)?, 0)
            }
            Self::Ended(result) => (RowKind::Ended, 0, ended_body(result)?, result.duration_ms),
        };
        let hash = ContentHash::of_bytes(&body);
        let body = String::from_utf8(body).map_err(|error| CanonicalError::NotJson(error.to_string()))?;
        Ok(JournalRow {
            step,
            kind,
            attempt,
            body,
            hash,
            duration_ms,
            elapsed_ms,
        })
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
        if ContentHash::of_bytes(row.body.as_bytes()) != row.hash {
            return Err(corrupt("the body does not match its hash".into()));
        }
        if row.kind == RowKind::Started {
            return Ok(Self::Started { attempt: row.attempt });
        }
        let body: Body = serde_json::from_str(&row.body).map_err(|error| corrupt(error.to_string()))?;
        let cost = Money::from_micro_cents(body.cost_micro_cents).ok_or_else(|| corrupt("cost".into()))?;
        if row.kind == RowKind::Failed {
            let code = body
                .error_code
                .ok_or_else(|| corrupt("a failure without a code".into()))?;
            let mut failure = StepFailure::new(code, body.error.unwrap_or_default()).with_cost(cost);
            failure.details = body.error_details;
            return Ok(Self::Failed {
                attempt: row.attempt,
                failure,
            });
        }
        let (Some(status), Some(step_id)) = (body.status, body.step_id) else {
            return Err(corrupt("a result without status or step".into()));
        };
        Ok(Self::Ended(StepResult {
            step_id,
            success: status == StepStatus::Completed,
            status,
            output: body.output,
            error: body.error,
            error_code: body.error_code,
            error_details: body.error_details,
            recovery_hint: body.error_code.map(|code| code.info().advice.into()),
            duration_ms: row.duration_ms,
            cost_cents: cost,
            retries: body.retries,
        }))
    }
}

/// Returns the canonical JSON of a result: everything but its duration and the hint, whose wording may change.
///
/// Written by hand, without the detour over [`Value`], because it is on the path of every step; a test compares it
/// with the canonical form of [`Body`].
fn ended_body(result: &StepResult) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"{\"cost_micro_cents\":");
    out.extend_from_slice(result.cost_cents.as_micro_cents().to_string().as_bytes());
    if let Some(error) = &result.error {
        out.extend_from_slice(b",\"error\":");
        canonical::write_string(error, &mut out)?;
    }
    if let Some(code) = result.error_code {
        out.extend_from_slice(format!(",\"error_code\":\"{code}\"").as_bytes());
    }
    if let Some(details) = &result.error_details {
        out.extend_from_slice(b",\"error_details\":");
        canonical::write_value(details, &mut out)?;
    }
    out.extend_from_slice(b",\"output\":");
    canonical::write_value(&result.output, &mut out)?;
    out.extend_from_slice(
        format!(
            ",\"retries\":{},\"status\":\"{}\",\"step_id\":\"{}\"}}",
            result.retries, result.status, result.step_id
        )
        .as_bytes(),
    );
    Ok(out)
}
