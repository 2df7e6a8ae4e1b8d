//! Differences between two JSON values.

use std::{collections::BTreeMap, mem};

use aos_spec::StepId;
use serde_json::{Map, Value};

use super::difference::{Difference, DifferenceKind, excerpt};
use crate::redact::escape_segment;

/// Collects differences while two values are walked through side by side.
#[derive(Debug)]
pub(super) struct Collector {
    differences: Vec<Difference>,
    most: usize,
    pointer: String,
    step_id: Option<StepId>,
}

impl Collector {
    pub(super) const fn new(most: usize) -> Self {
        Self {
            differences: Vec::new(),
            most,
            pointer: String::new(),
            step_id: None,
        }
    }

    pub(super) fn into_differences(self) -> Vec<Difference> {
        self.differences
    }

    pub(super) const fn is_full(&self) -> bool {
        self.differences.len() >= self.most
    }

    pub(super) fn push(&mut self, kind: DifferenceKind, expected: Option<&Value>, actual: Option<&Value>) {
        if !self.is_full() {
            self.differences.push(Difference {
                kind,
                pointer: self.pointer.clone(),
                step_id: self.step_id.clone(),
                expected: expected.map(excerpt),
                actual: actual.map(excerpt),
            });
        }
    }

    /// Does `work` on the event in line `line`.
    pub(super) fn in_event(&mut self, line: usize, step_id: Option<&StepId>, work: impl FnOnce(&mut Self)) {
        self.step_id = step_id.cloned();
        self.at(&line.to_string(), work);
        self.step_id = None;
    }

    /// Does `work` one segment further down.
    pub(super) fn at(&mut self, segment: &str, work: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape_segment(segment));
        work(self);
        self.pointer.truncate(length);
    }

    /// Compares two values that stand where the pointer is.
    pub(super) fn compare(&mut self, expected: &Value, actual: &Value) {
        match (expected, actual) {
            _ if self.is_full() || expected == actual => {}
            (Value::Object(expected), Value::Object(actual)) => {
                for (name, expected, actual) in pairs(expected, actual) {
                    self.at(name, |c| c.compare_optional(expected, actual));
                }
            }
            (Value::Array(expected), Value::Array(actual)) => self.compare_lists(expected, actual),
            _ => {
                let is_same_type = mem::discriminant(expected) == mem::discriminant(actual);
                let kind = if is_same_type {
                    DifferenceKind::ValueChanged
                } else {
                    DifferenceKind::TypeChanged
                };
                self.push(kind, Some(expected), Some(actual));
            }
        }
    }

    /// Compares two values of which one may be absent.
    pub(super) fn compare_optional(&mut self, expected: Option<&Value>, actual: Option<&Value>) {
        match (expected, actual) {
            (Some(expected), Some(actual)) => self.compare(expected, actual),
            (Some(_), None) => self.push(DifferenceKind::Missing, expected, None),
            (None, _) => self.push(DifferenceKind::Extra, None, actual),
        }
    }

    fn compare_lists(&mut self, expected: &[Value], actual: &[Value]) {
        if let (Some(expected), Some(actual)) = (by_id(expected), by_id(actual)) {
            return self.compare_by_id(&expected, &actual);
        }
        if expected.len() == actual.len() {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                self.at(&index.to_string(), |c| c.compare(expected, actual));
            }
            return;
        }
        // What is equal at both ends does not count; if nothing else is left on one side, there is a gap.
        let shorter = expected.len().min(actual.len());
        let same_before = (0..shorter).take_while(|i| expected[*i] == actual[*i]).count();
        let same_after = (1..=shorter - same_before)
            .take_while(|i| expected[expected.len() - i] == actual[actual.len() - i])
            .count();
        let missing = same_before..expected.len() - same_after;
        let extra = same_before..actual.len() - same_after;
        if !missing.is_empty() && !extra.is_empty() {
            let (expected_length, actual_length) = (expected.len().into(), actual.len().into());
            self.push(
                DifferenceKind::LengthChanged,
                Some(&expected_length),
                Some(&actual_length),
            );
            for index in missing.start..missing.end.min(extra.end) {
                self.at(&index.to_string(), |c| {
                    c.compare(&expected[index], &actual[index]);
                });
            }
            return;
        }
        for index in missing {
            self.at(&index.to_string(), |c| {
                c.compare_optional(Some(&expected[index]), None);
            });
        }
        for index in extra {
            self.at(&index.to_string(), |c| {
                c.compare_optional(None, Some(&actual[index]));
            });
        }
    }

    /// Compares lists of objects that have unique ids: each with the one of the same id, wherever it stands.
    fn compare_by_id(&mut self, expected: &ById<'_>, actual: &ById<'_>) {
        for (id, (index, value)) in &expected.places {
            let counterpart = actual.places.get(id).map(|(_, value)| *value);
            self.at(&index.to_string(), |c| {
                c.compare_optional(Some(value), counterpart);
            });
        }
        for (id, (index, value)) in &actual.places {
            if !expected.places.contains_key(id) {
                self.at(&index.to_string(), |c| c.compare_optional(None, Some(value)));
            }
        }
        let common = |these: &ById<'_>, others: &ById<'_>| -> Vec<Value> {
            let common = these.ids.iter().filter(|id| others.places.contains_key(**id));
            common.map(|id| Value::from(*id)).collect()
        };
        let (expected_order, actual_order) = (common(expected, actual), common(actual, expected));
        if expected_order != actual_order {
            self.push(
                DifferenceKind::OrderChanged,
                Some(&expected_order.into()),
                Some(&actual_order.into()),
            );
        }
    }
}

/// The items of a list by their ids.
struct ById<'a> {
    ids: Vec<&'a str>,
    places: BTreeMap<&'a str, (usize, &'a Value)>,
}

/// Returns the items by their ids; `None` unless all are objects with a text `id` of their own.
fn by_id(items: &[Value]) -> Option<ById<'_>> {
    let ids: Vec<&str> = items
        .iter()
        .map(|item| item.as_object()?.get("id")?.as_str())
        .collect::<Option<_>>()?;
    let places: BTreeMap<_, _> = ids
        .iter()
        .zip(items.iter().enumerate())
        .map(|(id, place)| (*id, place))
        .collect();
    (places.len() == items.len()).then_some(ById { ids, places })
}

/// Returns the members of both objects, in the order of their names.
pub(super) fn pairs<'a>(
    expected: &'a Map<String, Value>,
    actual: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let names: BTreeMap<&str, ()> = expected
        .keys()
        .chain(actual.keys())
        .map(|name| (name.as_str(), ()))
        .collect();
    names
        .into_keys()
        .map(|name| (name, expected.get(name), actual.get(name)))
}
