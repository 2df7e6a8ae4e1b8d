//! In what two goldens differ.
//!
//! Goldens are read side by side, one line at a time. Steps are matched by their ids. A difference has a JSON Pointer and a
//! kind; two goldens without differences are of runs that did the same.

mod difference;
mod value;

use std::collections::BTreeSet;

use aos_spec::StepId;
use serde_json::Value;

pub use difference::{Difference, DifferenceKind};
use value::{Collector, pairs};

use crate::{
    error::GoldenError,
    golden::{Golden, Lines},
};

/// What counts as a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompareOptions {
    /// Whether the field `ts` of each event may differ. Fields of that name inside outputs always count.
    pub ignore_timestamps: bool,
    /// Whether it may differ which program recorded, and how: `engine_version`, `policy_hash`, `replay` and `skill_versions` of
    /// the first event.
    pub ignore_provenance: bool,
    /// How many differences are collected; a result of that length may not be complete.
    pub max_differences: usize,
}

impl Default for CompareOptions {
    /// Everything but moments counts.
    fn default() -> Self {
        Self {
            ignore_timestamps: true,
            ignore_provenance: false,
            max_differences: 1000,
        }
    }
}

impl CompareOptions {
    /// Returns the options for a run that was made again, by a replay or by another version of the program.
    #[must_use]
    pub fn of_another_program() -> Self {
        Self {
            ignore_provenance: true,
            ..Self::default()
        }
    }
}

/// Returns in what `actual` differs from `expected`, in the order of reading; empty when it does not.
///
/// Goldens of different workflows or seeds differ in everything, so that is then the only difference reported.
///
/// # Errors
///
/// [`GoldenError`] when a golden cannot be read, or is not any more what it was when it was loaded.
pub fn compare_golden(
    actual: &Golden,
    expected: &Golden,
    options: &CompareOptions,
) -> Result<Vec<Difference>, GoldenError> {
    let mut comparison = Comparison {
        options,
        collector: Collector::new(options.max_differences),
        expected: expected.lines()?,
        actual: actual.lines()?,
    };
    if !comparison.compare_identity(actual, expected) {
        comparison.compare_lines(0, None, is_never)?;
        let are_aligned = comparison.compare_steps(actual.step_ids(), expected.step_ids())?;
        if are_aligned {
            comparison.compare_lines(expected.n_events() - 1, None, is_never)?;
        }
    }
    comparison.finish()
}

/// Returns the first difference between the event in `actual`, which would begin a golden, and that which begins `expected`.
pub(crate) fn compare_start(actual: &[u8], expected: &Golden) -> Result<Option<Difference>, GoldenError> {
    let options = CompareOptions {
        max_differences: 1,
        ..CompareOptions::default()
    };
    let mut collector = Collector::new(options.max_differences);
    if let Some(expected) = expected.lines()?.next_line()? {
        compare_events(&mut collector, &options, 0, None, is_never, expected, actual);
    }
    Ok(collector.into_differences().pop())
}

const PROVENANCE: [&str; 4] = ["engine_version", "policy_hash", "replay", "skill_versions"];

const fn is_never(_: &str) -> bool {
    false
}

/// The fields of a step that follow from its place, and differ when an earlier step is missing or was not expected.
fn follows_from_place(name: &str) -> bool {
    matches!(name, "index" | "seed")
}

struct Comparison<'a> {
    options: &'a CompareOptions,
    collector: Collector,
    expected: Lines,
    actual: Lines,
}

impl Comparison<'_> {
    /// Whether the goldens are of different workflows or seeds.
    fn compare_identity(&mut self, actual: &Golden, expected: &Golden) -> bool {
        let (actual, expected) = (actual.start(), expected.start());
        let is_other_spec = actual.spec_id != expected.spec_id;
        let is_other_seed = actual.seed != expected.seed;
        self.collector.in_event(0, None, |c| {
            if is_other_spec {
                let (expected, actual) = (expected.spec_id.as_str().into(), actual.spec_id.as_str().into());
                c.at("spec_id", |c| {
                    c.push(DifferenceKind::SpecDrift, Some(&expected), Some(&actual));
                });
            }
            if is_other_seed {
                let (expected, actual) = (expected.seed.to_string().into(), actual.seed.to_string().into());
                c.at("seed", |c| {
                    c.push(DifferenceKind::SeedDrift, Some(&expected), Some(&actual));
                });
            }
        });
        is_other_spec || is_other_seed
    }

    /// Compares the steps. Returns whether both goldens were read up to their ends.
    fn compare_steps(&mut self, actual: &[StepId], expected: &[StepId]) -> Result<bool, GoldenError> {
        let is_in = |ids: &[StepId]| ids.iter().cloned().collect::<BTreeSet<_>>();
        let (all_actual, all_expected) = (is_in(actual), is_in(expected));
        let (mut at, mut due) = (0, 0);
        loop {
            match (actual.get(at), expected.get(due)) {
                (None, None) => return Ok(true),
                (Some(actual), Some(expected)) if actual == expected => {
                    let ignored = if at == due { is_never } else { follows_from_place };
                    self.compare_lines(due + 1, Some(expected), ignored)?;
                    (at, due) = (at + 1, due + 1);
                }
                (_, Some(expected)) if !all_actual.contains(expected) => {
                    let event = event_of(self.expected.next_line()?);
                    self.collector.in_event(due + 1, Some(expected), |c| {
                        c.compare_optional(Some(&event), None);
                    });
                    due += 1;
                }
                (Some(actual), _) if !all_expected.contains(actual) => {
                    let event = event_of(self.actual.next_line()?);
                    self.collector
                        .in_event(at + 1, Some(actual), |c| c.compare_optional(None, Some(&event)));
                    at += 1;
                }
                _ => {
                    // Seeds depend on the order, so that whatever else differs follows from it.
                    let list = |ids: &[StepId]| Value::from_iter(ids.iter().map(StepId::as_str));
                    self.collector.push(
                        DifferenceKind::OrderChanged,
                        Some(&list(expected)),
                        Some(&list(actual)),
                    );
                    return Ok(false);
                }
            }
        }
    }

    /// Compares the next line of both goldens.
    fn compare_lines(
        &mut self,
        line: usize,
        step_id: Option<&StepId>,
        is_ignored: fn(&str) -> bool,
    ) -> Result<(), GoldenError> {
        if let (Some(expected), Some(actual)) = (self.expected.next_line()?, self.actual.next_line()?) {
            let collector = &mut self.collector;
            compare_events(
                collector,
                self.options,
                line,
                step_id,
                is_ignored,
                expected,
                actual,
            );
        }
        Ok(())
    }

    /// Reads both goldens to their ends, where it shows whether they were changed meanwhile.
    fn finish(mut self) -> Result<Vec<Difference>, GoldenError> {
        while self.expected.next_line()?.is_some() {}
        while self.actual.next_line()?.is_some() {}
        Ok(self.collector.into_differences())
    }
}

fn compare_events(
    collector: &mut Collector,
    options: &CompareOptions,
    line: usize,
    step_id: Option<&StepId>,
    is_ignored: fn(&str) -> bool,
    expected: &[u8],
    actual: &[u8],
) {
    if collector.is_full() || expected == actual {
        return;
    }
    let (Value::Object(expected), Value::Object(actual)) = (event_of(Some(expected)), event_of(Some(actual)))
    else {
        return;
    };
    collector.in_event(line, step_id, |c| {
        for (name, expected, actual) in pairs(&expected, &actual) {
            let is_ignored = is_ignored(name)
                || options.ignore_timestamps && name == "ts"
                || options.ignore_provenance && line == 0 && PROVENANCE.contains(&name);
            if is_ignored || expected == actual {
                continue;
            }
            c.at(name, |c| match name {
                "status" => c.push(DifferenceKind::StatusChanged, expected, actual),
                "seed" => c.push(DifferenceKind::SeedDrift, expected, actual),
                _ => c.compare_optional(expected, actual),
            });
        }
    });
}

/// Returns the event in a line that was checked when its golden was loaded.
fn event_of(line: Option<&[u8]>) -> Value {
    line.and_then(|line| serde_json::from_slice(line).ok())
        .unwrap_or_default()
}
