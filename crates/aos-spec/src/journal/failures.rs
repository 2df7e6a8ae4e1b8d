//! Which failures there were, how often, and what became of them: counted over the journals of runs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CorruptRun, JournalEntry, StoredRun};
use crate::{ErrorCode, SkillId, StepStatus, WorkflowId, WorkflowPlan};

/// How often one code came from one skill in one workflow, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FailureCount {
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The skill.
    pub skill_id: SkillId,
    /// How many attempts failed with the code.
    pub failures: u64,
    /// How many attempts of the skill there were in the workflow, failed or not.
    pub attempts: u64,
    /// `failures` in proportion to `attempts`.
    pub rate: f64,
    /// How many of the failures were followed by another attempt.
    pub retried: u64,
    /// How many were in a step that completed in the end: a retry recovered it.
    pub recovered_by_retry: u64,
    /// How many retries those steps used, together.
    pub retries_used: u64,
    /// How many ended a step that the workflow could do without (`on_error: continue` or `skip`).
    pub tolerated: u64,
    /// How many ended the run.
    pub ended_the_run: u64,
}

/// Counts the failures of runs.
#[derive(Debug, Clone, Default)]
pub struct FailureStatistics {
    counts: BTreeMap<(ErrorCode, WorkflowId, SkillId), FailureCount>,
    attempts: BTreeMap<(WorkflowId, SkillId), u64>,
}

impl FailureStatistics {
    /// Adds what the journal of `run` says.
    ///
    /// # Errors
    ///
    /// [`CorruptRun`] when the run cannot be read; nothing is added then.
    pub fn add(&mut self, run: &StoredRun) -> Result<(), CorruptRun> {
        let header = &run.checkpoint.header;
        let corrupt = |reason: String| CorruptRun {
            run_id: header.run_id.to_string(),
            reason,
        };
        let spec = serde_json::from_str(&header.spec).map_err(|error| corrupt(error.to_string()))?;
        let plan = WorkflowPlan::new(spec).map_err(|_| corrupt("its workflow is not valid".into()))?;
        let entries = run
            .journal
            .iter()
            .map(|row| Ok((row.step, JournalEntry::from_row(row, &header.run_id)?)))
            .collect::<Result<Vec<_>, CorruptRun>>()?;
        if let Some((step, _)) = entries.iter().find(|(step, _)| step.get() >= plan.len()) {
            return Err(corrupt(format!("a row of step {step}, which it does not have")));
        }
        // The codes of the failures of the step that is being read; rows are in the order of steps and attempts.
        let mut failed: Vec<ErrorCode> = Vec::new();
        let mut last = None;
        for (step, entry) in &entries {
            if last != Some(*step) {
                failed.clear();
                last = Some(*step);
            }
            let skill_id = &plan.descriptor(*step).skill_id;
            let key = |code| (code, header.workflow_id.clone(), skill_id.clone());
            match entry {
                JournalEntry::Started { .. } | JournalEntry::Denied { .. } => {}
                JournalEntry::Failed { failure, .. } => {
                    failed.push(failure.code);
                    self.attempted(&header.workflow_id, skill_id);
                    let count = self.count(key(failure.code));
                    count.failures += 1;
                    count.retried += 1;
                }
                JournalEntry::Ended(result) if result.status == StepStatus::Completed => {
                    self.attempted(&header.workflow_id, skill_id);
                    let retries = u64::from(result.retries);
                    for (position, code) in failed.iter().enumerate() {
                        let count = self.count(key(*code));
                        count.recovered_by_retry += 1;
                        // The retries of a step count once, for the failure that came first.
                        count.retries_used += if position == 0 { retries } else { 0 };
                    }
                }
                JournalEntry::Ended(result) => {
                    // A step that was skipped with another one was never attempted and has no code.
                    let Some(code) = result.error_code else { continue };
                    self.attempted(&header.workflow_id, skill_id);
                    let ends_the_run = run
                        .checkpoint
                        .error
                        .as_ref()
                        .is_some_and(|error| error.step_id.as_ref() == Some(&result.step_id));
                    let count = self.count(key(code));
                    count.failures += 1;
                    count.ended_the_run += u64::from(ends_the_run);
                    count.tolerated += u64::from(!ends_the_run);
                }
            }
        }
        Ok(())
    }

    /// Returns the counts, most frequent first.
    #[must_use]
    pub fn counts(&self) -> Vec<FailureCount> {
        let mut counts: Vec<_> = self.counts.values().cloned().collect();
        for count in &mut counts {
            let key = (count.workflow_id.clone(), count.skill_id.clone());
            count.attempts = self.attempts.get(&key).copied().unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "a proportion for people")]
            let rate = count.failures as f64 / count.attempts.max(1) as f64;
            count.rate = rate;
        }
        counts.sort_by_key(|count| std::cmp::Reverse(count.failures));
        counts
    }

    fn attempted(&mut self, workflow_id: &WorkflowId, skill_id: &SkillId) {
        *self
            .attempts
            .entry((workflow_id.clone(), skill_id.clone()))
            .or_default() += 1;
    }

    fn count(&mut self, key: (ErrorCode, WorkflowId, SkillId)) -> &mut FailureCount {
        let (code, workflow_id, skill_id) = key.clone();
        self.counts.entry(key).or_insert(FailureCount {
            code,
            workflow_id,
            skill_id,
            failures: 0,
            attempts: 0,
            rate: 0.0,
            retried: 0,
            recovered_by_retry: 0,
            retries_used: 0,
            tolerated: 0,
            ended_the_run: 0,
        })
    }
}
