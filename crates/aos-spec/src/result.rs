//! What steps and runs end with.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    ContentHash, ErrorCode, Money, RunId, RunStatus, Seed, StepFailure, StepId, StepStatus, WorkflowId,
    journal::{RunError, RunHeader},
};

/// How one step ended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct StepResult {
    /// The step.
    pub step_id: StepId,
    /// Whether the skill answered.
    pub success: bool,
    /// How the step ended.
    pub status: StepStatus,
    /// What the skill answered; `null` otherwise.
    pub output: Value,
    /// What went wrong, for people.
    pub error: Option<String>,
    /// What went wrong, as a code.
    pub error_code: Option<ErrorCode>,
    /// What went wrong, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_details: Option<Value>,
    /// What to do about it.
    pub recovery_hint: Option<String>,
    /// How long the attempts took together, in milliseconds. Never hashed or compared.
    pub duration_ms: u64,
    /// What all attempts cost together, in cents.
    pub cost_cents: Money,
    /// How often the step was tried again.
    pub retries: u32,
}

impl StepResult {
    /// Returns the result of a step whose skill answered.
    #[must_use]
    pub const fn completed(step_id: StepId, output: Value) -> Self {
        Self {
            step_id,
            success: true,
            status: StepStatus::Completed,
            output,
            error: None,
            error_code: None,
            error_details: None,
            recovery_hint: None,
            duration_ms: 0,
            cost_cents: Money::ZERO,
            retries: 0,
        }
    }

    /// Returns the result of a step whose last attempt failed, as `failed` or, under `on_error: skip`, as `skipped`.
    #[must_use]
    pub fn ended_by(step_id: StepId, status: StepStatus, failure: StepFailure) -> Self {
        Self {
            success: false,
            status,
            error: Some(failure.message),
            error_code: Some(failure.code),
            error_details: failure.details,
            recovery_hint: Some(failure.code.info().advice.into()),
            ..Self::completed(step_id, Value::Null)
        }
    }

    /// Returns the result of a step that depends on a skipped one.
    #[must_use]
    pub fn skipped_because_of(step_id: StepId, skipped: &StepId) -> Self {
        Self {
            success: false,
            status: StepStatus::Skipped,
            error: Some(format!("depends on `{skipped}`, which was skipped")),
            ..Self::completed(step_id, Value::Null)
        }
    }
}

/// How a run ended, or where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct WorkflowResult {
    /// The run.
    pub run_id: RunId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The state of the run.
    pub status: RunStatus,
    /// The number of steps whose skill answered.
    pub steps_completed: usize,
    /// The number of steps of the workflow.
    pub steps_total: usize,
    /// The results of all committed steps, in canonical order.
    pub step_results: Vec<StepResult>,
    /// What all committed steps cost together, in cents.
    pub total_cost_cents: Money,
    /// How long the run was executing, in milliseconds. Never hashed or compared.
    pub total_duration_ms: u64,
    /// Why the run did not complete, for people.
    pub error: Option<String>,
    /// Why the run did not complete, as a code.
    pub error_code: Option<ErrorCode>,
    /// Why the run did not complete, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_details: Option<Value>,
    /// The step that ended the run.
    pub failed_step: Option<StepId>,
    /// The seed of the run.
    pub seed: Seed,
    /// The chain over the hashes of the specification and all committed steps, as 16 hex digits.
    #[serde(serialize_with = "as_sixteen_digits")]
    #[schemars(with = "String")]
    pub checkpoint_hash: ContentHash,
}

fn as_sixteen_digits<S: Serializer>(hash: &ContentHash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hash)
}

impl WorkflowResult {
    /// Returns the result of the run that `header` begins, over the results of its committed steps.
    #[must_use]
    pub fn new(
        header: &RunHeader,
        status: RunStatus,
        step_results: Vec<StepResult>,
        error: Option<&RunError>,
        total_duration_ms: u64,
        checkpoint_hash: ContentHash,
    ) -> Self {
        Self {
            run_id: header.run_id.clone(),
            workflow_id: header.workflow_id.clone(),
            status,
            steps_completed: step_results.iter().filter(|result| result.success).count(),
            steps_total: header.steps_total,
            total_cost_cents: step_results.iter().map(|result| result.cost_cents).sum(),
            step_results,
            total_duration_ms,
            error: error.map(|error| error.message.clone()),
            error_code: error.map(|error| error.code),
            error_details: error.and_then(|error| error.details.clone()),
            failed_step: error.and_then(|error| error.step_id.clone()),
            seed: header.seed,
            checkpoint_hash,
        }
    }

    /// Returns everything that must be equal in every execution of the same run: all but the durations.
    #[must_use]
    pub fn without_durations(&self) -> Self {
        let mut result = self.clone();
        result.total_duration_ms = 0;
        for step in &mut result.step_results {
            step.duration_ms = 0;
        }
        result
    }
}
