//! How often which failures happened over many runs, and what became of them.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use super::{Fate, RunFailures};
use crate::{ErrorCode, SkillId, WorkflowId};

/// How often one code came from one skill in one workflow, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FailureCount {
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The skill; absent for failures of runs as a whole.
    pub skill_id: Option<SkillId>,
    /// How often.
    pub failures: u64,
    /// How many attempts of the skill there were in the workflow, failed or not; for failures of runs as a whole, how many
    /// runs.
    pub attempts: u64,
    /// `failures` in proportion to `attempts`.
    pub rate: f64,
    /// How many were followed by a later attempt that succeeded.
    pub recovered: u64,
    /// How many attempts those steps made after the failure, together.
    pub retries_used: u64,
    /// How many were followed by attempts that failed too.
    pub retried_in_vain: u64,
    /// How many were in a step that has not ended.
    pub open: u64,
    /// How many ended a step that the workflow could do without (`on_error: continue` or `skip`).
    pub tolerated: u64,
    /// How many ended the run, or stopped it until somebody lets it go on.
    pub ended_the_run: u64,
}

/// What is counted together.
type Key = (ErrorCode, WorkflowId, Option<SkillId>);

/// Counts the failures of runs.
#[derive(Debug, Clone, Default)]
pub struct FailureStatistics {
    counts: BTreeMap<Key, FailureCount>,
    attempts: BTreeMap<(WorkflowId, Option<SkillId>), u64>,
}

impl FailureStatistics {
    /// Adds the failures of one run.
    pub fn add(&mut self, run: &RunFailures) {
        let workflow_id = &run.workflow_id;
        let skills = run.attempts.iter().map(|skill| Some(skill.clone()));
        for skill in skills.chain([None]) {
            *self.attempts.entry((workflow_id.clone(), skill)).or_default() += 1;
        }
        for (position, failure) in run.failures.iter().enumerate() {
            // The failures of a step follow each other, one for each attempt but the one that succeeded.
            let later = run.failures[position + 1..]
                .iter()
                .take_while(|other| other.step_id == failure.step_id)
                .count();
            let count = self.count((failure.code, workflow_id.clone(), failure.skill_id.clone()));
            count.failures += 1;
            match failure.fate {
                Fate::Recovered => {
                    count.recovered += 1;
                    count.retries_used += later as u64 + 1;
                }
                Fate::RetriedInVain => count.retried_in_vain += 1,
                Fate::Open => count.open += 1,
                Fate::Tolerated => count.tolerated += 1,
                Fate::EndedTheRun => count.ended_the_run += 1,
            }
        }
    }

    /// Returns the counts, most frequent first.
    #[must_use]
    pub fn counts(&self) -> Vec<FailureCount> {
        let mut counts: Vec<_> = self.counts.values().cloned().collect();
        for count in &mut counts {
            let key = (count.workflow_id.clone(), count.skill_id.clone());
            // A step that was refused before its first attempt counts as asked for.
            let attempts = self.attempts.get(&key).copied().unwrap_or(0);
            count.attempts = attempts.max(count.failures);
            #[expect(clippy::cast_precision_loss, reason = "a proportion for people")]
            let rate = count.failures as f64 / count.attempts.max(1) as f64;
            count.rate = rate;
        }
        counts.sort_by_key(|count| Reverse(count.failures));
        counts
    }

    fn count(&mut self, key: Key) -> &mut FailureCount {
        let (code, workflow_id, skill_id) = key.clone();
        self.counts.entry(key).or_insert(FailureCount {
            code,
            workflow_id,
            skill_id,
            failures: 0,
            attempts: 0,
            rate: 0.0,
            recovered: 0,
            retries_used: 0,
            retried_in_vain: 0,
            open: 0,
            tolerated: 0,
            ended_the_run: 0,
        })
    }
}
