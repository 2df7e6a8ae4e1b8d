//! What is kept of a run: its identity, its state, and what its rows together say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CorruptRun, JOURNAL_FORMAT, JournalEntry, JournalRow, RowKind, body::present};
use crate::{
    AgentId, ContentHash, ErrorCode, RunId, RunStatus, Seed, SkillId, StepId, StepIndex, StepResult,
    Timestamp, WorkflowId, WorkflowResult,
};

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
    /// The hash of the rules under which the validator accepted the specification with `spec_hash`; `None` when it has
    /// not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator_hash: Option<ContentHash>,
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
            validator_hash: None,
        }
    }
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
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
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
                JournalEntry::Started { .. } | JournalEntry::Failed { .. } | JournalEntry::Denied { .. } => {
                    Err(CorruptRun {
                        run_id: run_id.to_string(),
                        reason: "a row of the wrong kind".into(),
                    })
                }
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
    /// [`CorruptRun`] when a row is damaged, missing, or in the place of another, so that the chain over the rows is not
    /// the stored one.
    pub fn result(&self) -> Result<WorkflowResult, CorruptRun> {
        let checkpoint = &self.checkpoint;
        let header = &checkpoint.header;
        let step_results = self.step_results()?;
        let hash = checkpoint_hash(header.spec_hash, self.committed_rows().map(|row| row.hash));
        let positions = self.committed_rows().map(|row| row.step.get());
        if hash != checkpoint.last_result_hash || !positions.eq(0..checkpoint.next_step_index.get()) {
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
