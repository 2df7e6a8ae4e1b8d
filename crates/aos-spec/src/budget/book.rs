//! A book of budgets in memory: the plainest reading of the contract, with which stores are compared.

use std::collections::BTreeMap;

use super::{Account, BudgetUsage, Hold, Holding, Period, Standing, grant};
use crate::{Money, RunId, Timestamp};

/// One account within one period.
type Entry = (Account, Period, String);

/// Remembers what was spent and what is held.
#[derive(Debug, Clone, Default)]
pub struct Book {
    spent: BTreeMap<Entry, Money>,
    runs: BTreeMap<RunId, Run>,
}

/// What the book knows about one run.
#[derive(Debug, Clone, Default)]
struct Run {
    /// What it was charged when it last let go.
    charged: Money,
    /// What it holds, from its beginning on, while it has not let go.
    held: Option<Money>,
    /// Where its cost will be charged: the periods in which it began to hold.
    entries: Vec<Entry>,
}

impl Run {
    /// Returns what the run holds of `entry`.
    fn holds(&self, entry: &Entry) -> Money {
        let rest = self.held.and_then(|held| held.checked_sub(self.charged));
        rest.filter(|_| self.entries.contains(entry))
            .unwrap_or(Money::ZERO)
    }

    /// Returns the entry to which the run is charged for `account` and `period`.
    fn entry(&self, account: &Account, period: Period, now: Timestamp) -> Entry {
        let pinned = self
            .entries
            .iter()
            .find(|entry| entry.0 == *account && entry.1 == period);
        pinned
            .cloned()
            .unwrap_or_else(|| (account.clone(), period, period.window(now)))
    }
}

impl Book {
    /// Grants or refuses what a run asks for.
    pub fn hold(&mut self, hold: &Hold, now: Timestamp) -> Holding {
        let run = self.runs.get(&hold.run_id).cloned().unwrap_or_default();
        let entries: Vec<_> = hold
            .limits
            .iter()
            .map(|limit| run.entry(&limit.account, limit.period, now))
            .collect();
        let standings: Vec<_> = hold
            .limits
            .iter()
            .zip(&entries)
            .map(|(limit, entry)| Standing {
                limit: limit.clone(),
                taken: self.taken(entry, &hold.run_id),
            })
            .collect();
        let holding = grant(hold, run.charged, run.held, &standings);
        if let Holding::Held(amount) = holding {
            let run = self.runs.entry(hold.run_id.clone()).or_default();
            run.held = Some(amount);
            for entry in entries {
                if !run.entries.contains(&entry) {
                    run.entries.push(entry);
                }
            }
        }
        holding
    }

    /// Charges a run what it has `cost` from its beginning on, and gives back the rest of what it holds. A run that has
    /// not asked for anything since is not charged again.
    pub fn settle(&mut self, run_id: &RunId, cost: Money) {
        let Some(run) = self.runs.get_mut(run_id).filter(|run| run.held.is_some()) else {
            return;
        };
        let rest = cost.checked_sub(run.charged).unwrap_or(Money::ZERO);
        for entry in std::mem::take(&mut run.entries) {
            let spent = self.spent.entry(entry).or_default();
            *spent = spent.saturating_add(rest);
        }
        run.held = None;
        run.charged = run.charged.max(cost);
    }

    /// Whether the run holds anything that it has not let go of.
    #[must_use]
    pub fn holds(&self, run_id: &RunId) -> bool {
        self.runs.get(run_id).is_some_and(|run| run.held.is_some())
    }

    /// Forgets a run that will not come back; what it was charged stays spent.
    pub fn forget(&mut self, run_id: &RunId) {
        self.runs.remove(run_id);
    }

    /// Returns what is spent from `account` and held of it in the periods of `now`.
    #[must_use]
    pub fn usage(&self, account: &Account, now: Timestamp) -> Vec<BudgetUsage> {
        let usage = |period: Period| {
            let entry = (account.clone(), period, period.window(now));
            let held = self.runs.values().map(|run| run.holds(&entry)).sum();
            let spent = self.spent.get(&entry).copied().unwrap_or(Money::ZERO);
            let (account, period, window) = entry;
            BudgetUsage {
                account,
                period,
                window,
                spent_cents: spent,
                held_cents: held,
            }
        };
        Period::ALL.into_iter().map(usage).collect()
    }

    fn taken(&self, entry: &Entry, without: &RunId) -> Option<Money> {
        let spent = self.spent.get(entry).copied().unwrap_or(Money::ZERO);
        let others = self.runs.iter().filter(|(run_id, _)| *run_id != without);
        others
            .map(|(_, run)| run.holds(entry))
            .try_fold(spent, Money::checked_add)
    }
}
