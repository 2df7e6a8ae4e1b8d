//! The durable record of a run: its header, the rows of its journal, and the checkpoint over them.
//!
//! A journal is only appended to. Its rows may arrive in any order of steps; what counts is the canonical order, and
//! everything else (the commit frontier, the results, the checkpoint hash) is derived from the rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    AgentId, ContentHash, ErrorCode, Money, RunId, RunStatus, Seed, SkillId, StepFailure, StepId, StepIndex,
    StepResult, StepStatus, Timestamp, WorkflowId, WorkflowResult,
    canonical::{self, CanonicalError},
};

/// The version of the rows below; a store keeps it with each run.
pub const JOURNAL_FORMAT: u32 = 1;

/// Whether this program can read journals of version `format`.
#[must_use]
pub const fn check_readable_by(format: u32) -> bool {
    format == JOURNAL_FORMAT
}

/// What a run was started with: its identity. Starting a run id again with anything else is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunHeader {
    /// The version of the journal.
    pub format: u32,
    /// The run.
    pub run_id: RunId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The specification as canonical JSON.
    pub spec: String,
    /// The hash of the specification.
    pub spec_hash: ContentHash,
    /// The number of steps.
    pub steps_total: usize,
    /// The seed of the run.
    pub seed: Seed,
    /// The parameters of the run, defaults filled in.
    pub inputs: Map<String, Value>,
    /// On whose behalf the run acts.
    pub agent_id: Option<AgentId>,
    /// The versions of the skills that the workflow calls.
    pub skill_versions: BTreeMap<SkillId, String>,
    /// The version of the engine that started the run.
    pub engine_version: String,
    /// The hash of the policy that the run was started under.
    pub policy_hash: Option<ContentHash>,
}

impl RunHeader {
    /// Returns the header of a run of `plan`.
    #[must_use]
    pub fn new(run_id: RunId, plan: &crate::WorkflowPlan, seed: Seed, inputs: Map<String, Value>) -> Self {
        Self {
            format: JOURNAL_FORMAT,
            run_id,
            workflow_id: plan.spec().id.clone(),
            spec: plan.canonical_spec().to_string(),
            spec_hash: plan.hash(),
            steps_total: plan.len(),
            seed,
            inputs,
            agent_id: None,
            skill_versions: BTreeMap::new(),
            engine_version: String::new(),
            policy_hash: None,
        }
    }
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

/// Why a run did not complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunError {
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// What happened, for people.
    pub message: String,
    /// What happened, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The step that ended the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<StepId>,
}

impl RunError {
    /// Returns an error without details that belongs to no step.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: None,
            step_id: None,
        }
    }

    /// Returns the error with the step that caused it.
    #[must_use]
    pub fn at_step(mut self, step_id: StepId) -> Self {
        self.step_id = Some(step_id);
        self
    }

    /// Returns the error with details for programs.
    #[must_use]
    pub fn with_details(mut self, details: Option<Value>) -> Self {
        self.details = details;
        self
    }
}

/// The durable state of a run over its journal: written at the start, at changes of owner or status, and at the end.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// What the run was started with.
    pub header: RunHeader,
    /// The state of the run.
    pub status: RunStatus,
    /// The commit frontier: all steps before it have committed.
    ///
    /// Derived from the journal while the run is `running`, otherwise as last saved.
    pub next_step_index: StepIndex,
    /// The chain over the hashes of the specification and all committed steps.
    pub last_result_hash: ContentHash,
    /// Why the run did not complete.
    pub error: Option<RunError>,
    /// How long the run has been executing, in milliseconds.
    pub elapsed_ms: u64,
    /// Counts the writes of this record.
    pub version: u64,
    /// When the run was created.
    pub created_at: Timestamp,
    /// When this record was last written.
    pub updated_at: Timestamp,
}

impl Checkpoint {
    /// Returns the checkpoint of a run that was created at `created_at` and has not committed any step.
    #[must_use]
    pub const fn new(header: RunHeader, created_at: Timestamp) -> Self {
        Self {
            status: RunStatus::Running,
            next_step_index: StepIndex(0),
            last_result_hash: header.spec_hash,
            error: None,
            elapsed_ms: 0,
            version: 1,
            created_at,
            updated_at: created_at,
            header,
        }
    }
}

/// A run as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// The state of the run.
    pub checkpoint: Checkpoint,
    /// The rows of the journal, in the order of (step, kind, attempt).
    pub journal: Vec<JournalRow>,
}

/// Returns the checkpoint hash: the chain over the hash of the specification and those of all committed steps, in
/// canonical order.
#[must_use]
pub fn checkpoint_hash(spec_hash: ContentHash, steps: impl IntoIterator<Item = ContentHash>) -> ContentHash {
    steps.into_iter().fold(spec_hash, ContentHash::chain)
}

/// Returns the commit frontier and checkpoint hash of a run that has not ended: those of the longest unbroken sequence
/// of ended steps. `rows` are in the order of steps.
#[must_use]
pub fn derive_frontier(spec_hash: ContentHash, rows: &[JournalRow]) -> (StepIndex, ContentHash) {
    let ended = rows.iter().filter(|row| row.kind == RowKind::Ended);
    let unbroken = ended
        .enumerate()
        .take_while(|(position, row)| row.step.get() == *position);
    unbroken.fold((StepIndex(0), spec_hash), |(StepIndex(next), hash), (_, row)| {
        (StepIndex(next + 1), hash.chain(row.hash))
    })
}

impl StoredRun {
    /// Returns the rows of committed steps, in canonical order.
    pub fn committed_rows(&self) -> impl Iterator<Item = &JournalRow> {
        let frontier = self.checkpoint.next_step_index;
        self.journal
            .iter()
            .filter(move |row| row.kind == RowKind::Ended && row.step < frontier)
    }

    /// Returns the results of committed steps, in canonical order.
    ///
    /// # Errors
    ///
    /// [`CorruptRun`] when a row does not match its hash or does not parse.
    pub fn step_results(&self) -> Result<Vec<StepResult>, CorruptRun> {
        let run_id = &self.checkpoint.header.run_id;
        self.committed_rows()
            .map(|row| match JournalEntry::from_row(row, run_id)? {
                JournalEntry::Ended(result) => Ok(result),
                JournalEntry::Started { .. } | JournalEntry::Failed { .. } => Err(CorruptRun {
                    run_id: run_id.to_string(),
                    reason: "a row of the wrong kind".into(),
                }),
            })
            .collect()
    }

    /// Returns the outputs of committed steps by step.
    ///
    /// # Errors
    ///
    /// [`CorruptRun`] when a row does not match its hash or does not parse.
    pub fn step_outputs(&self) -> Result<BTreeMap<StepId, Value>, CorruptRun> {
        Ok(self
            .step_results()?
            .into_iter()
            .map(|result| (result.step_id, result.output))
            .collect())
    }

    /// Returns how the run ended, or where it stands.
    ///
    /// # Errors
    ///
    /// [`CorruptRun`] when a row is damaged or missing, so that the chain over the rows is not the stored one.
    pub fn result(&self) -> Result<WorkflowResult, CorruptRun> {
        let checkpoint = &self.checkpoint;
        let header = &checkpoint.header;
        let step_results = self.step_results()?;
        let hash = checkpoint_hash(header.spec_hash, self.committed_rows().map(|row| row.hash));
        if hash != checkpoint.last_result_hash || step_results.len() != checkpoint.next_step_index.get() {
            let reason = format!(
                "the chain over its {} committed steps does not match",
                step_results.len()
            );
            return Err(CorruptRun {
                run_id: header.run_id.to_string(),
                reason,
            });
        }
        Ok(WorkflowResult::new(
            header,
            checkpoint.status,
            step_results,
            checkpoint.error.as_ref(),
            checkpoint.elapsed_ms,
            hash,
        ))
    }
}
