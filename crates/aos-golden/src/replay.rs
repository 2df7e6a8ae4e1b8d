//! Replaying a golden: answering for the outside world, and judging what the replay did.

use aos_spec::{
    Seed, StepId, StepIndex, StepResult, StepStatus, WorkflowPlan, WorkflowSpec,
    journal::RunError,
    port::{RecordedEnding, ReplaySource, StepRecord},
};
use serde_json::{Map, Value};

use crate::{
    compare::{CompareOptions, Difference, compare_golden},
    error::{GoldenError, ReplayError},
    event::{GoldenEvent, RunEndEvent, StepEvent},
    golden::{Golden, VerifiedGolden},
    transcript::RecorderOptions,
};

/// A golden from which a run is replayed.
///
/// 1. [`plan`](Recording::plan), [`seed`](Recording::seed) and [`inputs`](Recording::inputs) say what to run.
/// 2. The engine asks the recording as its [`ReplaySource`].
/// 3. An [`InMemoryGoldenRecorder`](crate::InMemoryGoldenRecorder) with the [`recorder_options`](Recording::recorder_options)
///    records the replay.
/// 4. [`divergences`](Recording::divergences) tells in what the replay differs.
#[derive(Debug)]
pub struct Recording {
    golden: Golden,
    // INVARIANT: in canonical order, without gaps.
    steps: Vec<StepRecord>,
    ending: RecordedEnding,
}

impl Recording {
    /// Returns the recording in a verified golden.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read or was changed since it was verified.
    pub fn new(golden: &VerifiedGolden) -> Result<Self, GoldenError> {
        Self::from_unverified(golden)
    }

    /// Returns the recording in a golden that anybody may have written.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read.
    pub fn from_unverified(golden: &Golden) -> Result<Self, GoldenError> {
        let mut steps = Vec::with_capacity(golden.step_ids().len());
        for event in golden.events()? {
            if let GoldenEvent::Step(step) = event? {
                steps.push(record_of(step));
            }
        }
        Ok(Self {
            golden: golden.clone(),
            steps,
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
    /// As [`compare_golden`].
    pub fn divergences(&self, replayed: &Golden) -> Result<Vec<Difference>, GoldenError> {
        compare_golden(replayed, &self.golden, &CompareOptions::of_another_program())
    }
}

impl ReplaySource for Recording {
    fn recorded(&self, index: StepIndex, step_id: &StepId) -> Option<&StepRecord> {
        let record = self.steps.get(index.get())?;
        (record.result.step_id == *step_id).then_some(record)
    }

    fn ending(&self) -> &RecordedEnding {
        &self.ending
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
