//! What steps refer to, and in which order they can run.

use std::collections::BTreeSet;

use aos_spec::reference::{Reference, Segment};
use serde_json::Value;

use crate::{
    analysis::{Analysis, Steps},
    refs,
    rules::{Level, Rule},
};

/// Which steps need which others.
pub(crate) struct Graph {
    /// For each step, the steps it needs.
    pub(crate) needs: Vec<BTreeSet<usize>>,
    /// The steps in an order in which they can run; those on a cycle or behind one are missing.
    pub(crate) order: Vec<usize>,
}

impl Graph {
    pub(crate) fn new(steps: &Steps<'_>) -> Self {
        let needs: Vec<BTreeSet<usize>> = steps
            .list
            .iter()
            .map(|step| {
                let mut needed: BTreeSet<usize> = step
                    .depends_on
                    .iter()
                    .filter_map(|id| steps.by_id.get(id))
                    .copied()
                    .collect();
                if let Some((_, inputs)) = step.inputs {
                    for value in inputs.values() {
                        visit(value, &mut |reference| {
                            let id = reference.step.as_ref().map_or("", |id| id.as_str());
                            needed.extend(steps.by_id.get(id).copied());
                        });
                    }
                }
                needed
            })
            .collect();
        let order = order(&needs);
        Self { needs, order }
    }

    /// Reports unknown dependencies and cycles.
    pub(crate) fn report(&self, steps: &Steps<'_>, analysis: &mut Analysis<'_>) {
        for step in &steps.list {
            for (number, id) in step.depends_on.iter().enumerate() {
                if !steps.by_id.contains_key(id) {
                    let pointer = format!("{}/depends_on/{number}", step.pointer);
                    analysis.report_at(
                        Rule::RefUnknownStep,
                        Level::Violation,
                        &pointer,
                        Some(step.names()),
                        None,
                    );
                }
            }
        }
        if self.order.len() == steps.list.len() {
            return;
        }
        let placed: BTreeSet<usize> = self.order.iter().copied().collect();
        let stuck: Vec<usize> = (0..steps.list.len())
            .filter(|index| !placed.contains(index))
            .collect();
        let names: Vec<_> = stuck
            .iter()
            .take(8)
            .filter_map(|index| steps.list[*index].id)
            .map(|id| format!("`{}`", id.escape_debug()))
            .collect();
        if let Some(first) = stuck.first() {
            analysis.report_step(
                Rule::RefCycle,
                &steps.list[*first],
                "inputs",
                Some(names.join(", ")),
            );
        }
    }
}

/// Returns what is wrong with a reference in the step `own`.
pub(crate) fn judge(reference: &Reference, own: &str, steps: &Steps<'_>) -> Option<Rule> {
    let Some(step) = &reference.step else {
        return match reference.path.first() {
            Some(Segment::Name(name)) if !steps.parameters.contains_key(name.as_str()) => {
                Some(Rule::RefUnknownInput)
            }
            _ => None,
        };
    };
    let Some(target) = steps.by_id.get(step.as_str()) else {
        return Some(Rule::RefUnknownStep);
    };
    let here = steps.by_id.get(own)?;
    (target > here).then_some(Rule::RefLater)
}

/// Calls `found` with each reference inside a value.
pub(crate) fn visit(value: &Value, found: &mut impl FnMut(&Reference)) {
    match value {
        Value::String(text) => {
            for place in refs::find(text) {
                if let Some(reference) = &place.reference {
                    found(reference);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
        Value::Object(members) => members.values().for_each(|member| visit(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn order(needs: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut needed_by = vec![Vec::new(); needs.len()];
    for (index, needs) in needs.iter().enumerate() {
        for need in needs {
            needed_by[*need].push(index);
        }
    }
    let mut ready: Vec<usize> = (0..needs.len())
        .rev()
        .filter(|index| missing[*index] == 0)
        .collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(index) = ready.pop() {
        order.push(index);
        for dependent in &needed_by[index] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                ready.push(*dependent);
            }
        }
    }
    order
}
