//! The table of rules: every id the sandbox can report, in one place. `docs/sandbox-rules.md` is checked against it.

mod inject;
mod plan;
mod rule;

pub use rule::{Category, Level, Rule, Severity};

use rule::Row;

/// All rules, in the order of their table.
static TABLES: [&[Row]; 2] = [plan::ROWS, inject::ROWS];

/// Returns all rules, in the order of the table.
pub fn all() -> impl Iterator<Item = Rule> {
    TABLES.iter().copied().flatten().map(|row| row.rule)
}
