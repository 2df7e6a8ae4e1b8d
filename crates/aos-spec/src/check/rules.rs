//! What holds of a specification beyond the types of its fields.

use std::collections::BTreeMap;

use super::{
    graph,
    outline::{Outline, StepOutline},
    parameters,
    problems::Problems,
};
use crate::{ErrorCode, PlannedStep, limits};

/// Checks all rules and returns the steps in canonical order, which is complete when there are no problems.
pub(crate) fn check(outline: &Outline<'_>, problems: &mut Problems) -> Vec<PlannedStep> {
    if let Some(declared) = &outline.parameters {
        parameters::check_declarations(declared, problems);
    }
    let Some(steps) = &outline.steps else {
        return Vec::new();
    };
    if steps.is_empty() {
        let message = "a workflow needs at least one step";
        problems.add(ErrorCode::InvalidSpec, "/steps", message);
    }
    if steps.len() > limits::MAX_STEPS {
        let message = format!(
            "{} steps are more than the {} allowed",
            steps.len(),
            limits::MAX_STEPS
        );
        problems.add(ErrorCode::LimitExceeded, "/steps", message);
        return Vec::new();
    }
    for (position, step) in steps.iter().enumerate() {
        check_limits(position, step, problems);
    }
    check_keys(steps, problems);
    graph::build(outline.parameters.as_deref(), steps, problems)
}

fn check_limits(position: usize, step: &StepOutline<'_>, problems: &mut Problems) {
    if step.max_retries > limits::MAX_RETRIES {
        let (retries, limit) = (step.max_retries, limits::MAX_RETRIES);
        let message = format!("{retries} retries are more than the {limit} allowed");
        let pointer = format!("/steps/{position}/max_retries");
        problems.add(ErrorCode::LimitExceeded, &pointer, message);
    }
    if let Some(most) = step.max_cost
        && step.estimated_cost > most
    {
        let message = format!(
            "the estimate of {} cents is above the most that the step may cost, {most} cents",
            step.estimated_cost
        );
        let pointer = format!("/steps/{position}/estimated_cost_cents");
        problems
            .add(ErrorCode::InvalidSpec, &pointer, message)
            .help("raise `max_cost_cents`, or lower the estimate");
    }
}

fn check_keys(steps: &[StepOutline<'_>], problems: &mut Problems) {
    let mut first_use = BTreeMap::new();
    for (position, step) in steps.iter().enumerate() {
        let Some(key) = &step.idempotency_key else {
            continue;
        };
        let pointer = format!("/steps/{position}/idempotency_key");
        if let Some((code, message)) = find_wrong_key(key) {
            problems
                .add(code, &pointer, message)
                .help("leave the key out to get one of its own for each run and step");
        } else if let Some(first) = first_use.get(key) {
            let message = format!("the step at `/steps/{first}` has the same idempotency key");
            problems
                .add(ErrorCode::InvalidSpec, &pointer, message)
                .help("give each step a key of its own, or the second effect is taken for a repetition of the first");
        } else {
            first_use.insert(key, position);
        }
    }
}

fn find_wrong_key(key: &str) -> Option<(ErrorCode, String)> {
    let n_chars = key.chars().count();
    if key.is_empty() {
        Some((
            ErrorCode::SchemaValidationFailed,
            "an idempotency key is not empty".into(),
        ))
    } else if n_chars > limits::MAX_IDEMPOTENCY_KEY_CHARS {
        let limit = limits::MAX_IDEMPOTENCY_KEY_CHARS;
        let message = format!("an idempotency key has at most {limit} characters, and this has {n_chars}");
        Some((ErrorCode::SchemaValidationFailed, message))
    } else if key.chars().any(char::is_control) {
        let message = "an idempotency key has no control characters";
        Some((ErrorCode::SchemaValidationFailed, message.into()))
    } else if key.contains("${") {
        let message = "an idempotency key is literal text, in which references are not resolved";
        Some((ErrorCode::InvalidReference, message.into()))
    } else {
        None
    }
}
