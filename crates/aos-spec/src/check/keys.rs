//! Idempotency keys: their form, that each step has one of its own, and what they are in a run.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Problem, outline::StepOutline, problems::Problems};
use crate::{
    ErrorCode, WorkflowPlan, limits,
    reference::{Reference, Template},
};

const LEAVE_OUT: &str = "leave the key out to get one of its own for each run and step";

/// Checks the keys as they are written.
pub(super) fn check(steps: &[StepOutline<'_>], problems: &mut Problems) {
    let mut first_use = BTreeMap::new();
    for (position, step) in steps.iter().enumerate() {
        let Some(key) = &step.idempotency_key else {
            continue;
        };
        check_one(position, key, &mut first_use, problems);
    }
}

/// Returns what is wrong with the keys of a run with these parameters.
pub(crate) fn check_bound(plan: &WorkflowPlan, inputs: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let mut first_use = BTreeMap::new();
    for step in plan.steps() {
        match plan.idempotency_key(step.index(), inputs) {
            Ok(Some(key)) => check_one(step.listed, &key, &mut first_use, &mut problems),
            Ok(None) => {}
            Err(error) => {
                problems.add(error.code(), &pointer(step.listed), error.to_string());
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into_sorted())
    }
}

/// Returns the key as a template; `None` when it is literal text. References lead to parameters of the run alone: then a key is
/// known before anything runs, and no answer of a step can choose it.
pub(super) fn read(
    position: usize,
    step: &StepOutline<'_>,
    problems: &mut Problems,
    mut check_parameter: impl FnMut(&str, &Reference, &mut Problems),
) -> Option<Template> {
    let key = step.idempotency_key.as_ref().filter(|key| key.contains("${"))?;
    let pointer = pointer(position);
    match Template::parse(&Value::String(key.clone()), &pointer) {
        Ok(template) => {
            template.visit_references(&pointer, |pointer, reference| match &reference.step {
                None => check_parameter(pointer, reference, problems),
                Some(step) => {
                    let message = format!(
                        "an idempotency key refers to parameters of the run alone, and `{step}` is a step"
                    );
                    problems
                        .add(ErrorCode::InvalidReference, pointer, message)
                        .help(LEAVE_OUT);
                }
            });
            Some(template)
        }
        Err(errors) => {
            for (pointer, error) in errors {
                problems.add(error.code(), &pointer, error.to_string());
            }
            None
        }
    }
}

fn check_one(position: usize, key: &str, first_use: &mut BTreeMap<String, usize>, problems: &mut Problems) {
    let pointer = pointer(position);
    if let Some(message) = find_wrong(key) {
        problems
            .add(ErrorCode::SchemaValidationFailed, &pointer, message)
            .help(LEAVE_OUT);
    } else if let Some(first) = first_use.get(key) {
        let message = format!("the step at `/steps/{first}` has the same idempotency key");
        problems.add(ErrorCode::InvalidSpec, &pointer, message).help(
            "give each step a key of its own, or the second effect is taken for a repetition of the first",
        );
    } else {
        first_use.insert(key.to_owned(), position);
    }
}

fn find_wrong(key: &str) -> Option<String> {
    let n_chars = key.chars().count();
    let limit = limits::MAX_IDEMPOTENCY_KEY_CHARS;
    if key.is_empty() {
        Some("an idempotency key is not empty".into())
    } else if n_chars > limit {
        Some(format!(
            "an idempotency key has at most {limit} characters, and this has {n_chars}"
        ))
    } else if key.chars().any(char::is_control) {
        Some("an idempotency key has no control characters".into())
    } else {
        None
    }
}

fn pointer(position: usize) -> String {
    format!("/steps/{position}/idempotency_key")
}
