//! Who may have written a value, and where it goes.

use std::collections::BTreeMap;

use aos_spec::{Effect, reference::Reference, skill::InputKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    analysis::{Analysis, Steps},
    graph::Graph,
    plan::{PlanStep, child},
    refs,
    report::Guard,
    rules::{Level, Rule},
    sinks,
};

/// Who may have written a value. Later ones are worse, and joining two values takes the worse label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// An operator.
    Trusted,
    /// The planner, as a literal in the plan.
    Planner,
    /// The user, as a parameter of the run.
    User,
    /// Anybody: an answer from the network, a model, a file, a database or a mail.
    Untrusted,
}

/// Whether the value of a reference can hold what an outsider wrote, judged by the skill that it comes from.
pub(crate) fn writes_untrusted(reference: &Reference, steps: &Steps<'_>, analysis: &Analysis<'_>) -> bool {
    let source = reference
        .step
        .as_ref()
        .and_then(|id| steps.by_id.get(id.as_str()));
    source.is_some_and(|index| {
        let skill = steps.list[*index].skill_id();
        skill
            .and_then(|skill| analysis.skills.get(skill))
            .is_none_or(|manifest| manifest.untrusted_output)
    })
}

/// Follows labels along the references, lists the guards, and reports what reaches an interpreter.
pub(crate) fn check(steps: &Steps<'_>, graph: &Graph, analysis: &mut Analysis<'_>) {
    let floor = if analysis.options.untrusted_planner {
        Label::Untrusted
    } else {
        Label::Planner
    };
    let mut outputs: BTreeMap<usize, Label> = BTreeMap::new();
    for index in &graph.order {
        let step = &steps.list[*index];
        let manifest = step.skill_id().and_then(|skill| analysis.skills.get(skill));
        let label = match manifest {
            None => Label::Untrusted,
            Some(manifest) if manifest.untrusted_output => Label::Untrusted,
            // What is computed from a value is as good as the value.
            Some(manifest) if manifest.effect == Effect::Pure => graph.needs[*index]
                .iter()
                .filter_map(|need| outputs.get(need))
                .copied()
                .max()
                .unwrap_or(floor)
                .max(floor),
            Some(_) => floor,
        };
        outputs.insert(*index, label);
    }
    for step in &steps.list {
        let Some((_, inputs)) = step.inputs else { continue };
        let manifest = step.skill_id().and_then(|skill| analysis.skills.get(skill));
        for (name, value) in inputs {
            let sink = sinks::for_input(
                manifest
                    .and_then(|manifest| manifest.input_kinds.get(name))
                    .copied(),
                name,
            );
            let pointer = child(&step.inputs_pointer(), name);
            edges(value, &pointer, &mut |text, pointer| {
                judge(step, sink, text, pointer, steps, &outputs, analysis);
            });
        }
    }
}

/// Calls `found` with each string that holds a reference.
fn edges<'v>(value: &'v Value, pointer: &str, found: &mut impl FnMut(&'v str, &str)) {
    match value {
        Value::String(text) if text.contains("${") => found(text, pointer),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                edges(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                edges(member, &child(pointer, name), found);
            }
        }
        _ => {}
    }
}

fn judge(
    step: &PlanStep<'_>,
    sink: InputKind,
    text: &str,
    pointer: &str,
    steps: &Steps<'_>,
    outputs: &BTreeMap<usize, Label>,
    analysis: &mut Analysis<'_>,
) {
    let names = step.names();
    for place in refs::find(text) {
        let Some(reference) = place.reference else {
            continue;
        };
        let label = match &reference.step {
            None => Label::User,
            Some(id) => steps
                .by_id
                .get(id.as_str())
                .and_then(|index| outputs.get(index))
                .copied()
                .unwrap_or(Label::Untrusted),
        };
        if sink != InputKind::FreeText && sink != InputKind::Opaque {
            analysis.guards.push(Guard {
                step_id: names.0.into(),
                pointer: pointer.into(),
                sink,
                reference: reference.to_string(),
                label,
            });
        }
        let rule = match sink {
            InputKind::Sql => Some((Rule::TaintSqlText, Level::Violation)),
            InputKind::Shell | InputKind::Template | InputKind::Code => {
                Some((Rule::TaintCommandLine, Level::Violation))
            }
            InputKind::Url
                if label == Label::Untrusted && place.span.start > 0 && is_host(text, place.span.start) =>
            {
                Some((Rule::TaintUrlHost, Level::Violation))
            }
            InputKind::Email if label == Label::Untrusted => Some((Rule::TaintRecipient, Level::Violation)),
            InputKind::Path | InputKind::Url | InputKind::Header | InputKind::ShellArg
                if label == Label::Untrusted =>
            {
                Some((Rule::TaintSink, Level::Warning))
            }
            _ => None,
        };
        if let Some((rule, level)) = rule {
            analysis.report_at(rule, level, pointer, Some(names), Some(format!("`{reference}`")));
        }
    }
}

/// Whether the position lies before the path of the address, where it decides on the host.
fn is_host(text: &str, at: usize) -> bool {
    let head = &text[..at];
    let host = head.split_once("://").map_or(head, |(_, rest)| rest);
    !host.contains(['/', '?', '#'])
}
