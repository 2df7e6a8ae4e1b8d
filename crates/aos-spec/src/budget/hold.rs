//! What a run asks of its budgets, and the one rule that grants or refuses it.

use serde::Serialize;

use super::{Account, Period};
use crate::{Money, RunId};

/// The most that may be spent from an account within one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetLimit {
    /// Whose money.
    pub account: Account,
    /// Over what time.
    pub period: Period,
    /// The most.
    pub most: Money,
}

/// What a run asks for before it spends. All amounts count from the beginning of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The run.
    pub run_id: RunId,
    /// All limits that apply to the run; each must have room.
    pub limits: Vec<BudgetLimit>,
    /// What the run must be able to cost for its next attempt to begin.
    pub need: Money,
    /// What the run would like to hold, so that it need not ask again; not below `need`.
    pub want: Money,
}

/// The answer to a [`Hold`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// The run may cost this much, from its beginning on; at least what it needs.
    Held(Money),
    /// A limit has no room; nothing was changed.
    Refused(Refusal),
}

/// Why a budget has no room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The limit.
    #[serde(flatten)]
    pub limit: BudgetLimit,
    /// What is spent and held already, without this run.
    pub current: Money,
    /// What this run asks for besides what it was charged for before.
    pub requested: Money,
}

/// What was spent from an account within one period, and what runs hold of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetUsage {
    /// Whose money.
    pub account: Account,
    /// Over what time.
    pub period: Period,
    /// The name of the period, such as `2026-11-23`.
    pub window: String,
    /// What was spent.
    pub spent_cents: Money,
    /// What runs hold that have not let go.
    pub held_cents: Money,
}

/// A limit, and what counts against it besides the run that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The limit.
    pub limit: BudgetLimit,
    /// What is spent and held by others; `None` when the sum is out of range.
    pub taken: Option<Money>,
}

/// Grants or refuses a hold. `charged` is what the run was charged before, and `held` what it holds now.
///
/// The whole of what the run wants is granted only while that leaves three quarters of every limit's room to others;
/// what it needs, as long as there is room.
#[must_use]
pub fn grant(hold: &Hold, charged: Money, held: Option<Money>, standings: &[Standing]) -> Holding {
    let need = held.map_or(hold.need, |held| held.max(hold.need));
    let rest = |amount: Money| amount.checked_sub(charged).unwrap_or(Money::ZERO);
    for standing in standings {
        let has_room = room(standing).is_some_and(|room| rest(need) <= room);
        // What is held already was granted before, perhaps under a higher limit.
        if !has_room && held.is_none_or(|held| held < hold.need) {
            return Holding::Refused(Refusal {
                limit: standing.limit.clone(),
                current: standing.taken.unwrap_or(Money::MAX),
                requested: rest(need),
            });
        }
    }
    let is_modest = |standing: &Standing| {
        let wanted = rest(hold.want).checked_mul(4);
        wanted
            .zip(room(standing))
            .is_some_and(|(wanted, room)| wanted <= room)
    };
    if standings.iter().all(is_modest) {
        Holding::Held(need.max(hold.want))
    } else {
        Holding::Held(need)
    }
}

fn room(standing: &Standing) -> Option<Money> {
    standing.limit.most.checked_sub(standing.taken?)
}
