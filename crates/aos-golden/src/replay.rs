//! Replaying a golden: answering for the outside world, and judging what the replay did.

use std::fmt;

use aos_spec::{
    Seed, StepId, StepIndex, StepResult, StepStatus, WorkflowPlan, WorkflowSpec,
    journal::RunError,
    port::{RecordedEnding, ReplaySource, ReplaySourceError, StepRecord},
};
use serde_json::{Map, Value};

use crate::{
    compare::{CompareOptions, Difference, compare_golden},
    error::{GoldenError, ReplayError},
    event::{GoldenEvent, RunEndEvent, StepEvent},
    golden::{Golden, VerifiedGolden},
    redact::holds_placeholder,
    transcript::RecorderOptions,
};

/// A golden from which a run is replayed.
///
/// 1. [`plan`](Recording::plan), [`seed`](Recording::seed) and [`inputs`](Recording::inputs) say what to run.
/// 2. The engine asks the recording as its [`ReplaySource`].
/// 3. A recorder with the [`recorder_options`](Recording::recorder_options) records the replay.
/// 4. [`divergences`](Recording::divergences) tells in what the replay differs.
///
/// Only one step is in memory at a time.
pub struct Recording {
    golden: Golden,
    steps: Box<dyn Iterator<Item = Result<GoldenEvent, GoldenError>> + Send>,
    /// The number of steps that were read.
    n_read: usize,
    ending: RecordedEnding,
}

impl Recording {
    /// Returns the recording in a verified golden.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read.
    pub fn new(golden: &VerifiedGolden) -> Result<Self, GoldenError> {
        Self::from_unverified(golden)
    }

    /// Returns the recording in a golden that anybody may have written.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read.
    pub fn from_unverified(golden: &Golden) -> Result<Self, GoldenError> {
        let is_step = |event: &Result<_, _>| !matches!(event, Ok(GoldenEvent::RunStart(_)));
        Ok(Self {
            steps: Box::new(golden.events()?.filter(is_step)),
            golden: golden.clone(),
            n_read: 0,
            ending: ending_of(golden.end()),
        })
    }

    /// Returns the golden.
    #[must_use]
    pub const fn golden(&self) -> &Golden {
        &self.golden
    }

    /// Returns the recorded workflow.
    ///
    /// # Errors
    ///
    /// [`ReplayError::SpecHidden`] when a redaction hides a part of it; then give it to [`check_plan`](Recording::check_plan).
    /// Otherwise as there, and [`ReplayError::SpecInvalid`].
    pub fn plan(&self) -> Result<WorkflowPlan, ReplayError> {
        let start = self.golden.start();
        if start.hides_spec() {
            return Err(ReplayError::SpecHidden);
        }
        let invalid = |error: String| ReplayError::SpecInvalid(error);
        let spec: WorkflowSpec =
            serde_json::from_value(start.spec.clone()).map_err(|error| invalid(error.to_string()))?;
        let plan = WorkflowPlan::new(spec).map_err(|problems| {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            invalid(problems.join("; "))
        })?;
        self.check_plan(&plan)?;
        Ok(plan)
    }

    /// Checks that `plan` is the recorded workflow.
    ///
    /// # Errors
    ///
    /// [`ReplayError::SpecChanged`].
    pub fn check_plan(&self, plan: &WorkflowPlan) -> Result<(), ReplayError> {
        let recorded = self.golden.start().spec_hash;
        if plan.hash() == recorded {
            return Ok(());
        }
        Err(ReplayError::SpecChanged {
            recorded,
            found: plan.hash(),
        })
    }

    /// Returns the recorded seed.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.golden.start().seed
    }

    /// Returns the recorded parameters of the run.
    #[must_use]
    pub fn inputs(&self) -> &Map<String, Value> {
        &self.golden.start().inputs
    }

    /// Returns the options that the replay is recorded with: they hide what the recording hides.
    #[must_use]
    pub fn recorder_options(&self) -> RecorderOptions {
        let redactions = self.golden.start().redactions.iter();
        RecorderOptions::new().redacting(redactions.filter_map(|redaction| redaction.parse().ok()))
    }

    /// Returns in what the replay that gave `replayed` differs from this recording; empty when it did the same. Which program
    /// replays does not count.
    ///
    /// # Errors
    ///
    /// As [`compare_golden`]; also when what was served is not any more what was verified.
    pub fn divergences(mut self, replayed: &Golden) -> Result<Vec<Difference>, GoldenError> {
        // What was served is known to be what was signed when it has been read to its end.
        self.steps.try_for_each(|event| event.map(drop))?;
        compare_golden(replayed, &self.golden, &CompareOptions::of_another_program())
    }
}

impl ReplaySource for Recording {
    fn recorded(
        &mut self,
        index: StepIndex,
        step_id: &StepId,
    ) -> Result<Option<StepRecord>, ReplaySourceError> {
        if self.golden.step_ids().get(index.get()) != Some(step_id) {
            return Ok(None);
        }
        while self.n_read <= index.get() {
            self.n_read += 1;
            match self.steps.next().transpose().map_err(unreadable)? {
                Some(GoldenEvent::Step(step)) if step.index == index => return Ok(Some(record_of(step))),
                Some(_) => {}
                None => break,
            }
        }
        Ok(None)
    }

    fn hides(&self, inputs: Option<&Map<String, Value>>) -> bool {
        !self.golden.start().redactions.is_empty()
            && inputs.is_none_or(|inputs| inputs.values().any(holds_placeholder))
    }

    fn ending(&self) -> &RecordedEnding {
        &self.ending
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("golden", &self.golden)
            .field("n_read", &self.n_read)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unreadable(error: GoldenError) -> ReplaySourceError {
    ReplaySourceError {
        code: error.code(),
        message: error.to_string(),
    }
}

fn record_of(step: StepEvent) -> StepRecord {
    let mut result = StepResult::completed(step.step_id, step.output);
    result.success = step.status == StepStatus::Completed;
    result.status = step.status;
    result.error = step.error;
    result.error_code = step.error_code;
    result.error_details = step.error_details;
    result.recovery_hint = step.error_code.map(|code| code.info().advice.into());
    result.cost_cents = step.cost;
    result.retries = step.retries;
    StepRecord::new(step.index, step.skill_id, step.effect, step.seed, result)
}

fn ending_of(end: &RunEndEvent) -> RecordedEnding {
    let error = end.error_code.map(|code| {
        let mut error = RunError::new(code, end.error.clone().unwrap_or_default());
        error.details.clone_from(&end.error_details);
        error.step_id.clone_from(&end.failed_step);
        error
    });
    RecordedEnding::new(end.status, error)
}
