//! The meaning of a workflow, executed one step at a time in canonical order with nothing else in mind.
//!
//! Deliberately written without the engine, from the rules in the specification, so that the two can disagree.

use std::collections::BTreeMap;

use aos_spec::{
    ContentHash, ErrorCode, Money, OnError, RunStatus, StepFailure, StepId, StepResult, StepStatus,
    WorkflowResult, canonical,
    journal::{JournalEntry, RunError, RunHeader, checkpoint_hash},
    reference::Resolver,
    retry,
};
use serde_json::{Map, Value};

use crate::{case::Case, fixture};

/// Returns the result that every execution of `case` must have.
///
/// # Panics
///
/// When a result has no canonical form.
#[must_use]
pub fn expected(case: &Case) -> WorkflowResult {
    let header = fixture::header(case);
    let mut results: Vec<StepResult> = Vec::new();
    let mut error = None;
    for step in case.plan.steps() {
        let descriptor = case.plan.descriptor(step.index());
        let result = execute(case, &results, step);
        let aborts = result.status == StepStatus::Failed && descriptor.on_error == OnError::Abort;
        if aborts {
            let message = result.error.clone().unwrap_or_default();
            let code = result.error_code.unwrap_or(ErrorCode::UnknownError);
            error = Some(RunError::new(code, message).at_step(descriptor.id.clone()));
        }
        results.push(result);
        if aborts {
            break;
        }
    }
    finish(&header, results, error)
}

/// Whether the skill of a step with this result was never called, because a step that it depends on was skipped.
#[must_use]
pub fn is_never_attempted(result: &StepResult) -> bool {
    result.status == StepStatus::Skipped && result.error_code.is_none()
}

fn finish(header: &RunHeader, results: Vec<StepResult>, error: Option<RunError>) -> WorkflowResult {
    let hashes: Vec<ContentHash> = results
        .iter()
        .enumerate()
        .map(|(index, result)| {
            let index = aos_spec::StepIndex::from_usize(index);
            JournalEntry::Ended(result.clone())
                .to_row(index, 0)
                .expect("scripted results are JSON")
                .hash
        })
        .collect();
    let status = if error.is_some() {
        RunStatus::Failed
    } else {
        RunStatus::Completed
    };
    WorkflowResult::new(
        header,
        status,
        results,
        error.as_ref(),
        0,
        checkpoint_hash(header.spec_hash, hashes),
    )
}

fn execute(case: &Case, results: &[StepResult], step: &aos_spec::PlannedStep) -> StepResult {
    let descriptor = case.plan.descriptor(step.index());
    let id = descriptor.id.clone();
    let skipped = step
        .depends_on()
        .iter()
        .find(|on| results[on.get()].status == StepStatus::Skipped);
    if let Some(on) = skipped {
        return StepResult::skipped_because_of(id, &results[on.get()].step_id);
    }
    let outputs = Outputs {
        inputs: Value::Object(Map::new()),
        outputs: results
            .iter()
            .filter(|result| result.success)
            .map(|result| (result.step_id.clone(), result.output.clone()))
            .collect(),
    };
    let seed = case.step_seed(step.index());
    let mut cost = Money::ZERO;
    let mut attempt = 0;
    let mut result = loop {
        attempt += 1;
        let answer = match step.inputs().resolve(&outputs) {
            Ok(Value::Object(inputs)) => case.answer(&id, attempt, seed, &inputs),
            Ok(_) => unreachable!("inputs are an object"),
            Err(error) => Err(StepFailure::new(ErrorCode::InvalidReference, error.to_string())),
        };
        let failure = match answer {
            Ok(output) => {
                cost = cost.saturating_add(output.cost);
                let mut value = output.value;
                canonical::normalize(&mut value);
                break StepResult::completed(id, value);
            }
            Err(failure) => failure,
        };
        cost = cost.saturating_add(failure.cost);
        if attempt > retry::allowed_retries(descriptor, case.effect(step.index()), failure.code) {
            let skips = descriptor.on_error == OnError::Skip;
            let status = if skips {
                StepStatus::Skipped
            } else {
                StepStatus::Failed
            };
            break StepResult::ended_by(id, status, failure);
        }
    };
    result.cost_cents = cost;
    result.retries = attempt - 1;
    result
}

struct Outputs {
    inputs: Value,
    outputs: BTreeMap<StepId, Value>,
}

impl Resolver for Outputs {
    fn inputs(&self) -> &Value {
        &self.inputs
    }

    fn output(&self, step: &StepId) -> Option<&Value> {
        self.outputs.get(step)
    }
}
