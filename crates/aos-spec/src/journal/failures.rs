//! Which failures a run had, and what became of each. Counting them over many runs is left to `statistics`.

use serde::Serialize;

use super::{CorruptRun, JournalEntry, StoredRun};
use crate::{ErrorCode, RunId, SkillId, StepId, StepIndex, StepStatus, WorkflowId, WorkflowPlan};

/// A failed attempt, a refusal, or what else ended a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RunFailure {
    /// The run.
    pub run_id: RunId,
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// What happened.
    pub message: String,
    /// The step; absent when the failure belongs to the run as a whole.
    pub step_id: Option<StepId>,
    /// The skill of the step.
    pub skill_id: Option<SkillId>,
    /// The number of the attempt that failed; absent where none was made.
    pub attempt: Option<u32>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A later attempt of the step succeeded.
    Recovered,
    /// Later attempts failed too; the last of them has a fate of its own.
    RetriedInVain,
    /// It was tried again, or will be when the run goes on, and the step has not ended.
    Open,
    /// It ended a step that the workflow could do without (`on_error: continue` or `skip`).
    Tolerated,
    /// It ended the run, or stopped it until somebody lets it go on.
    EndedTheRun,
}

impl Fate {
    /// Returns the word for this fate in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::RetriedInVain => "retried_in_vain",
            Self::Open => "open",
            Self::Tolerated => "tolerated",
            Self::EndedTheRun => "ended_the_run",
        }
    }
}

/// The failures of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunFailures {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The failures, in the order of steps and attempts; that of the run as a whole comes last.
    pub failures: Vec<RunFailure>,
    /// The skill of each attempt that ended, failed or not.
    pub attempts: Vec<SkillId>,
}

impl RunFailures {
    /// Returns what the journal of `run` says.
    ///
    /// # Errors
    ///
    /// [`CorruptRun`] when the run cannot be read.
    pub fn of(run: &StoredRun) -> Result<Self, CorruptRun> {
        let header = &run.checkpoint.header;
        let corrupt = |reason: String| CorruptRun {
            run_id: header.run_id.to_string(),
            reason,
        };
        let spec = serde_json::from_str(&header.spec).map_err(|error| corrupt(error.to_string()))?;
        let plan = WorkflowPlan::new(spec).map_err(|_| corrupt("its workflow is not valid".into()))?;
        let mut reader = Reader {
            run,
            plan: &plan,
            found: Self {
                workflow_id: header.workflow_id.clone(),
                failures: Vec::new(),
                attempts: Vec::new(),
            },
            open: None,
        };
        for row in &run.journal {
            if row.step.get() >= plan.len() {
                let reason = format!("a row of step {}, which it does not have", row.step);
                return Err(corrupt(reason));
            }
            reader.read(row.step, JournalEntry::from_row(row, &header.run_id)?);
        }
        reader.read_end();
        Ok(reader.found)
    }
}

/// Reads the rows of a journal, which are in the order of steps and attempts.
struct Reader<'a> {
    run: &'a StoredRun,
    plan: &'a WorkflowPlan,
    found: RunFailures,
    /// The step whose rows are being read, and its first failure.
    open: Option<(StepIndex, usize)>,
}

impl Reader<'_> {
    fn read(&mut self, step: StepIndex, entry: JournalEntry) {
        let first = match self.open {
            Some((open, first)) if open == step => first,
            _ => self.found.failures.len(),
        };
        self.open = Some((step, first));
        match entry {
            JournalEntry::Started { .. } => {}
            JournalEntry::Failed { attempt, failure } => {
                self.attempted(step);
                self.add(step, Some(attempt), failure.code, failure.message, Fate::Open);
            }
            JournalEntry::Denied { denial, .. } => {
                self.decide(first, Fate::RetriedInVain);
                self.add(step, None, denial.code, denial.message, Fate::EndedTheRun);
            }
            JournalEntry::Ended(result) => {
                let fate = match result.status {
                    StepStatus::Completed => Fate::Recovered,
                    _ => Fate::RetriedInVain,
                };
                self.decide(first, fate);
                match result.error_code {
                    Some(code) => {
                        self.attempted(step);
                        let fate = if self.ended_at(&result.step_id) {
                            Fate::EndedTheRun
                        } else {
                            Fate::Tolerated
                        };
                        let message = result.error.unwrap_or_default();
                        self.add(step, Some(result.retries + 1), code, message, fate);
                    }
                    // A step that was skipped with another one was never attempted.
                    None if result.status == StepStatus::Completed => self.attempted(step),
                    None => {}
                }
            }
        }
    }

    /// Notes what became of the failures of a step, the first of which is the one at `first`.
    fn decide(&mut self, first: usize, fate: Fate) {
        for failure in &mut self.found.failures[first..] {
            failure.fate = fate;
        }
    }

    /// Adds why the run as a whole ended or was stopped, unless a row says it.
    fn read_end(&mut self) {
        let Some(error) = &self.run.checkpoint.error else {
            return;
        };
        let is_told = self
            .found
            .failures
            .iter()
            .any(|failure| failure.fate == Fate::EndedTheRun && failure.code == error.code);
        if is_told {
            return;
        }
        let step = error.step_id.as_ref();
        let index = step.and_then(|step| self.plan.index_of(step.as_str()));
        self.found.failures.push(RunFailure {
            run_id: self.run.checkpoint.header.run_id.clone(),
            code: error.code,
            message: error.message.clone(),
            step_id: step.cloned(),
            skill_id: index.map(|index| self.plan.descriptor(index).skill_id.clone()),
            attempt: None,
            fate: Fate::EndedTheRun,
        });
    }

    fn ended_at(&self, step: &StepId) -> bool {
        let error = self.run.checkpoint.error.as_ref();
        error.is_some_and(|error| error.step_id.as_ref() == Some(step))
    }

    fn attempted(&mut self, step: StepIndex) {
        self.found
            .attempts
            .push(self.plan.descriptor(step).skill_id.clone());
    }

    fn add(&mut self, step: StepIndex, attempt: Option<u32>, code: ErrorCode, message: String, fate: Fate) {
        let descriptor = self.plan.descriptor(step);
        self.found.failures.push(RunFailure {
            run_id: self.run.checkpoint.header.run_id.clone(),
            code,
            message,
            step_id: Some(descriptor.id.clone()),
            skill_id: Some(descriptor.skill_id.clone()),
            attempt,
            fate,
        });
    }
}
