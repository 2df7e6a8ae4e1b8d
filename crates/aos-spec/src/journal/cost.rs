//! What the rows of a journal say about the cost of a run.

use std::collections::BTreeMap;

use super::{JournalRow, RowKind};
use crate::{Money, StepIndex};

/// How the body of a row begins that has a cost: its fields are in the order of their names.
pub const COST_PREFIX: &str = "{\"cost_micro_cents\":";

impl JournalRow {
    /// Returns the cost in the row: that of the attempt, or of all attempts of a step that has ended.
    #[must_use]
    pub fn cost(&self) -> Money {
        let digits = self.body.strip_prefix(COST_PREFIX).unwrap_or_default();
        let end = digits.bytes().take_while(u8::is_ascii_digit).count();
        let micro_cents = digits[..end].parse().ok().and_then(Money::from_micro_cents);
        micro_cents.unwrap_or(Money::ZERO)
    }
}

/// Returns what all attempts of a run have cost, those of steps that do not count included: money is spent all the same.
#[must_use]
pub fn total_cost(rows: impl IntoIterator<Item = (StepIndex, RowKind, Money)>) -> Money {
    let mut steps: BTreeMap<StepIndex, (Money, Option<Money>)> = BTreeMap::new();
    for (step, kind, cost) in rows {
        let (failed, ended) = steps.entry(step).or_default();
        match kind {
            RowKind::Started | RowKind::Denied => {}
            RowKind::Failed => *failed = failed.saturating_add(cost),
            RowKind::Ended => *ended = Some(cost),
        }
    }
    steps
        .into_values()
        .map(|(failed, ended)| ended.unwrap_or(failed))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{RowKind, total_cost};
    use crate::{ErrorCode, Money, StepFailure, StepIndex, StepResult, journal::JournalEntry};

    #[test]
    fn a_row_tells_its_cost_and_a_run_the_sum_of_its_steps() {
        let cost = |micro_cents| Money::from_micro_cents(micro_cents).unwrap();
        let mut result = StepResult::completed("a".parse().unwrap(), "x".into());
        result.cost_cents = cost(70);
        let failure = StepFailure::new(ErrorCode::Timeout, "late").with_cost(cost(30));
        let entries = [
            (0, JournalEntry::Started { attempt: 1 }, 0),
            (
                0,
                JournalEntry::Failed {
                    attempt: 1,
                    failure: failure.clone(),
                },
                30,
            ),
            (0, JournalEntry::Ended(result), 70),
            (
                1,
                JournalEntry::Failed {
                    attempt: 1,
                    failure: failure.clone(),
                },
                30,
            ),
            (1, JournalEntry::Failed { attempt: 2, failure }, 30),
        ];
        let rows = entries.map(|(step, entry, expect)| {
            let row = entry.to_row(StepIndex(step), 0).unwrap();
            assert_eq!(row.cost(), cost(expect), "{}", row.body);
            (row.step, row.kind, row.cost())
        });
        assert_eq!(total_cost(rows), cost(130));
        assert_eq!(
            total_cost([
                (StepIndex(0), RowKind::Ended, Money::MAX),
                (StepIndex(1), RowKind::Ended, cost(1))
            ]),
            Money::MAX
        );
    }
}
