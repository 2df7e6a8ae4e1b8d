//! One text on its own, outside a plan.

use aos_spec::skill::InputKind;
use serde::Serialize;

use crate::{
    limits::Limits,
    refs,
    rules::{Level, Rule},
    scan,
};

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
///
/// Well-formed references to one of `steps`, and to the parameters of the run when there are steps, are never flagged.
#[must_use]
pub fn scan_text(text: &str, sink: Option<InputKind>, steps: &[&str]) -> ScanOutcome {
    let limits = Limits::default();
    let places = if steps.is_empty() {
        Vec::new()
    } else {
        refs::find(text)
    };
    let known = places.into_iter().filter_map(|place| {
        let reference = place.reference?;
        let exists = reference.step.is_none_or(|step| steps.contains(&step.as_str()));
        exists.then_some(place.span)
    });
    let text = refs::masked(text, known);
    let mut outcome = ScanOutcome::default();
    for found in scan::scan(&text, sink.unwrap_or_default(), &limits) {
        match found.level {
            Level::Violation => outcome.violations.push(found.rule),
            Level::Warning => outcome.warnings.push(found.rule),
        }
    }
    outcome.violations.sort_unstable();
    outcome.warnings.sort_unstable();
    outcome
}
