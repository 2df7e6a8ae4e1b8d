//! What tenants, agents and workflows may spend over all runs.
//!
//! A run holds the most that it can have cost when its next step has ended: what all earlier steps have cost, the most that
//! those which have not ended can still cost, and the most of the step itself. So it never needs more for an earlier step
//! than it holds already, and the order in which its steps are asked for does not matter. Where it can, it holds the most
//! that the whole plan can cost, and need not ask again.

use aos_spec::{
    ErrorCode, Money,
    budget::{Hold, Holding, Refusal},
    port::{BudgetLedger, StoreError},
};

use super::{Rule, View, workflow_ceiling::need};
use crate::{BudgetKind, Hit};

/// What the rule says.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The run holds this much.
    Held(Money),
    Refused(Hit),
    Undecided,
}

/// Returns what the run must hold for the step to begin; `None` when nothing bounds it yet.
pub(crate) fn required(view: View<'_>) -> Option<Money> {
    let before = view.context.spent.checked_add(view.context.outstanding?)?;
    before.checked_add(need(view))
}

pub(crate) async fn check(view: View<'_>, ledger: &dyn BudgetLedger) -> Answer {
    let Some(need) = required(view) else {
        return Answer::Undecided;
    };
    let hold = Hold {
        run_id: view.context.run_id.clone(),
        limits: view.run.budgets.clone(),
        need,
        want: view.run.bound.map_or(need, |bound| bound.max(need)),
    };
    match ledger.hold(&hold).await {
        Ok(Holding::Held(amount)) => Answer::Held(amount),
        // Refused only when earlier steps have ended: they may cost less than they could.
        Ok(Holding::Refused(_)) if !view.context.is_settled() => Answer::Undecided,
        Ok(Holding::Refused(refusal)) => Answer::Refused(refused(&refusal)),
        Err(error) => Answer::Refused(unreachable(&error)),
    }
}

/// Returns what is taken of the budgets of the run now, without taking anything, and in words whether they have room.
pub(crate) async fn look(view: View<'_>, ledger: &dyn BudgetLedger) -> Result<String, Hit> {
    let requested = required(view).unwrap_or(Money::MAX);
    let mut parts = Vec::new();
    for limit in &view.run.budgets {
        let usage = ledger.usage(&limit.account).await;
        let usage = usage.map_err(|error| unreachable(&error))?;
        let row = usage.iter().find(|row| row.period == limit.period);
        let (spent, held) = row.map_or((Money::ZERO, Money::ZERO), |row| {
            (row.spent_cents, row.held_cents)
        });
        let current = spent.saturating_add(held);
        if current.checked_add(requested).is_none_or(|sum| sum > limit.most) {
            return Err(refused(&Refusal {
                limit: limit.clone(),
                current,
                requested,
            }));
        }
        parts.push(format!(
            "of the {} budget of `{}`, {} cents, {spent} are spent and {held} are held by runs",
            limit.period, limit.account, limit.most
        ));
    }
    Ok(format!(
        "{}; the run needs {requested} cents up to here",
        parts.join("; ")
    ))
}

fn refused(refusal: &Refusal) -> Hit {
    let limit = &refusal.limit;
    Hit::budget(
        Rule::AgentBudget,
        ErrorCode::AgentBudgetExceeded,
        BudgetKind::Agent,
        (limit.most, refusal.current, refusal.requested),
        &format!("the {} budget of `{}`", limit.period, limit.account),
    )
}

/// A ledger that cannot be reached denies.
fn unreachable(error: &StoreError) -> Hit {
    let message = format!("the budgets cannot be reached: {error}");
    Hit::violation(Rule::AgentBudget, ErrorCode::PolicyViolation, message)
}
