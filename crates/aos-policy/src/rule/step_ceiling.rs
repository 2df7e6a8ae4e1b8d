//! A step costs no more than a step may.

use aos_spec::ErrorCode;

use super::{Objection, Rule, View};
use crate::{BudgetKind, Hit};

pub(super) fn check(view: View<'_>) -> Objection {
    let Some(limit) = view.config.step_limit(view.step) else {
        return Objection::None;
    };
    let (current, requested) = (view.context.step_spent, view.step.estimated_cost_cents);
    if current.checked_add(requested).is_some_and(|sum| sum <= limit) {
        return Objection::None;
    }
    Objection::Refused(Hit::budget(
        Rule::StepCeiling,
        ErrorCode::StepCeilingExceeded,
        BudgetKind::Step,
        (limit, current, requested),
        &format!("the ceiling of step `{}`", view.step.id),
    ))
}

pub(super) fn explain(view: View<'_>) -> String {
    let (spent, expected) = (view.context.step_spent, view.step.estimated_cost_cents);
    match view.config.step_limit(view.step) {
        None => format!("nothing limits what the step costs; {expected} cents are expected"),
        Some(limit) => format!(
            "the step may cost {limit} cents: its earlier attempts have cost {spent}, and {expected} are expected"
        ),
    }
}
