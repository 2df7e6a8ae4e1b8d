//! One text on its own, outside a plan.

use aos_spec::{reference::Template, skill::InputKind};
use serde::Serialize;
use serde_json::Value;

use crate::{limits::Limits, rules::{Level, Rule}, scan};

/// What was found in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScanOutcome {
    /// Rules whose findings block a plan, in the order of the table.
    pub violations: Vec<Rule>,
    /// Rules whose findings are logged.
    pub warnings: Vec<Rule>,
}

/// Looks at `text` as the value of an input of the kind `sink`, in a plan that has the steps `steps`.
#[must_use]
pub fn scan_text(text: &str, sink: Option<InputKind>, steps: &[&str]) -> ScanOutcome {
    let _ = (steps, Value::Null, Template::empty());
    let mut outcome = ScanOutcome::default();
    for found in scan::scan(text, sink.unwrap_or_default(), &Limits::default()) {
        match found.level {
            Level::Violation => outcome.violations.push(found.rule),
            Level::Warning => outcome.warnings.push(found.rule),
        }
    }
    outcome.violations.sort_unstable();
    outcome.warnings.sort_unstable();
    outcome
}
