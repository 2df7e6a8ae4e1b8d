//! What holds of a specification beyond the types of its fields.

use super::{
    graph, keys,
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
    keys::check(steps, problems);
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
