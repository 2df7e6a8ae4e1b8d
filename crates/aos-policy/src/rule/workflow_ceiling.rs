//! A run costs no more than a run may.
//!
//! A step asks for the most that it can still cost, so that no sum of steps that were allowed is above the ceiling. Where
//! nothing bounds a step, it asks for what its author expects, and the ceiling ends the run after it was exceeded.

use aos_spec::{ErrorCode, Money};

use super::{Objection, Rule, View};
use crate::{BudgetKind, Hit};

/// Returns the most that the step can still cost; what it is expected to when nothing bounds it.
pub(super) fn need(view: View<'_>) -> Money {
    match view.config.step_limit(view.step) {
        Some(most) => most.checked_sub(view.context.step_spent).unwrap_or(Money::ZERO),
        None => view.step.estimated_cost_cents,
    }
}

pub(super) fn check(view: View<'_>) -> Objection {
    let Some(limit) = view.config.run_limit(view.context.spec) else {
        return Objection::None;
    };
    let (current, requested) = (view.context.spent, need(view));
    let least = current.checked_add(requested);
    let most = least
        .zip(view.context.outstanding)
        .and_then(|(sum, rest)| sum.checked_add(rest));
    if most.is_some_and(|most| most <= limit) {
        return Objection::None;
    }
    // Refused only when earlier steps have ended: serial execution would know what they have cost.
    if !view.context.is_settled() {
        return Objection::Undecided;
    }
    Objection::Refused(Hit::budget(
        Rule::WorkflowCeiling,
        ErrorCode::WorkflowCeilingExceeded,
        BudgetKind::Workflow,
        (limit, current, requested),
        "the ceiling of the run",
    ))
}

pub(super) fn explain(view: View<'_>) -> String {
    match view.config.run_limit(view.context.spec) {
        None => "nothing limits what the run costs".into(),
        Some(limit) => format!(
            "the run may cost {limit} cents: {} are spent before, and the step can cost {}",
            view.context.spent,
            need(view)
        ),
    }
}
