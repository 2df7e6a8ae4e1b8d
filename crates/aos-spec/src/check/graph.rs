//! The graph of steps: identifiers, dependencies, references, cycles and canonical order.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

use serde_json::Value;

use super::{Problem, suggest};
use crate::{
    ErrorCode, PlannedStep, StepDescriptor, StepId, StepIndex, WorkflowSpec, limits,
    reference::{Reference, Segment, Template},
};

/// Returns the steps in canonical order. What is wrong goes to `problems`; the order is complete when nothing does.
pub(crate) fn build(spec: &WorkflowSpec, problems: &mut Vec<Problem>) -> Vec<PlannedStep> {
    if spec.steps.is_empty() {
        problems.push(Problem::new(
            ErrorCode::InvalidSpec,
            "/steps",
            "a workflow needs at least one step",
        ));
    }
    if spec.steps.len() > limits::MAX_STEPS {
        let message = format!(
            "{} steps are more than the {} allowed",
            spec.steps.len(),
            limits::MAX_STEPS
        );
        problems.push(Problem::new(ErrorCode::LimitExceeded, "/steps", message));
        return Vec::new();
    }
    let listed = index_by_id(spec, problems);
    let mut nodes: Vec<_> = spec
        .steps
        .iter()
        .enumerate()
        .map(|(position, step)| Node::new(spec, position, step, &listed, problems))
        .collect();
    let order = canonical_order(&nodes);
    report_cycles(spec, &nodes, &order, problems);

    let mut index_of = vec![StepIndex::default(); nodes.len()];
    for (index, position) in order.iter().enumerate() {
        index_of[*position] = StepIndex::from_usize(index);
    }
    order
        .into_iter()
        .map(|position| {
            let node = &mut nodes[position];
            let mut depends_on: Vec<_> = node.depends_on.iter().map(|on| index_of[*on]).collect();
            depends_on.sort_unstable();
            let inputs = std::mem::replace(&mut node.inputs, Template::empty());
            PlannedStep {
                index: index_of[position],
                listed: position,
                depends_on,
                inputs,
            }
        })
        .collect()
}

fn index_by_id<'a>(spec: &'a WorkflowSpec, problems: &mut Vec<Problem>) -> BTreeMap<&'a StepId, usize> {
    let mut listed = BTreeMap::new();
    for (position, step) in spec.steps.iter().enumerate() {
        if let Some(first) = listed.get(&step.id) {
            let message = format!(
                "the step id `{}` stands twice, first at `/steps/{first}`",
                step.id
            );
            problems.push(Problem::new(
                ErrorCode::DuplicateStep,
                format!("/steps/{position}/id"),
                message,
            ));
        } else {
            listed.insert(&step.id, position);
        }
    }
    listed
}

/// A step with its dependencies as positions in the list of steps.
struct Node {
    depends_on: BTreeSet<usize>,
    inputs: Template,
}

impl Node {
    fn new(
        spec: &WorkflowSpec,
        position: usize,
        step: &StepDescriptor,
        listed: &BTreeMap<&StepId, usize>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut depends_on = BTreeSet::new();
        for (number, id) in step.depends_on.iter().enumerate() {
            match listed.get(id) {
                Some(on) => {
                    depends_on.insert(*on);
                }
                None => {
                    let pointer = format!("/steps/{position}/depends_on/{number}");
                    problems.push(unknown_step(ErrorCode::UnknownStep, pointer, id, listed));
                }
            }
        }
        if step.max_retries > limits::MAX_RETRIES {
            let message = format!(
                "`{}` retries are more than the {} allowed",
                step.max_retries,
                limits::MAX_RETRIES
            );
            let pointer = format!("/steps/{position}/max_retries");
            problems.push(Problem::new(ErrorCode::LimitExceeded, pointer, message));
        }
        let pointer = format!("/steps/{position}/inputs");
        let inputs = match Template::parse(&Value::Object(step.inputs.clone()), &pointer) {
            Ok(inputs) => inputs,
            Err(malformed) => {
                problems.extend(malformed.into_iter().map(|(pointer, error)| {
                    Problem::new(ErrorCode::InvalidReference, pointer, error.to_string())
                        .with_help("write `$${` for a literal `${`")
                }));
                return Self {
                    depends_on,
                    inputs: Template::empty(),
                };
            }
        };
        inputs.visit_references(&pointer, |pointer, reference| match &reference.step {
            None => problems.extend(check_parameter(spec, pointer, reference)),
            Some(id) => match listed.get(id) {
                Some(on) => {
                    depends_on.insert(*on);
                }
                None => problems.push(unknown_step(
                    ErrorCode::InvalidReference,
                    pointer.into(),
                    id,
                    listed,
                )),
            },
        });
        Self { depends_on, inputs }
    }
}

fn check_parameter(spec: &WorkflowSpec, pointer: &str, reference: &Reference) -> Option<Problem> {
    let name = match reference.path.first()? {
        Segment::Name(name) => name,
        Segment::Index(_) => {
            let message = format!("`{reference}`: the parameters of a run have names, not numbers");
            return Some(Problem::new(ErrorCode::InvalidReference, pointer, message));
        }
    };
    if spec.inputs.contains_key(name) {
        return None;
    }
    let message = format!("`{reference}` refers to a parameter that the workflow does not declare");
    let mut problem = Problem::new(ErrorCode::InvalidReference, pointer, message);
    problem.help = suggest::did_you_mean(name, spec.inputs.keys().map(String::as_str))
        .or_else(|| Some(format!("declare it under `inputs`: `{name}: {{ type: string }}`")));
    Some(problem)
}

fn unknown_step(code: ErrorCode, pointer: String, id: &StepId, listed: &BTreeMap<&StepId, usize>) -> Problem {
    let mut problem = Problem::new(code, pointer, format!("there is no step `{id}`"));
    problem.help = suggest::did_you_mean(id.as_str(), listed.keys().map(|id| id.as_str()));
    problem
}

/// Returns positions in canonical order; steps on or behind a cycle are left out.
///
/// Source: A. B. Kahn, "Topological sorting of large networks", 1962, with a heap that yields the lowest position.
fn canonical_order(nodes: &[Node]) -> Vec<usize> {
    let mut missing: Vec<_> = nodes.iter().map(|node| node.depends_on.len()).collect();
    let mut dependents = vec![Vec::new(); nodes.len()];
    for (position, node) in nodes.iter().enumerate() {
        for on in &node.depends_on {
            dependents[*on].push(position);
        }
    }
    let mut ready: BinaryHeap<_> = missing
        .iter()
        .enumerate()
        .filter(|(_, n)| **n == 0)
        .map(|(position, _)| Reverse(position))
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse(position)) = ready.pop() {
        order.push(position);
        for dependent in &dependents[position] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                ready.push(Reverse(*dependent));
            }
        }
    }
    order
}

/// Reports one problem for each separate cycle among the steps that have no place in `order`.
fn report_cycles(spec: &WorkflowSpec, nodes: &[Node], order: &[usize], problems: &mut Vec<Problem>) {
    let mut done = vec![false; nodes.len()];
    for position in order {
        done[*position] = true;
    }
    for start in 0..nodes.len() {
        // Every step without a place has a dependency without a place: following them ends in a cycle, or at steps
        // that an earlier round has walked.
        let mut walk: Vec<usize> = Vec::new();
        let mut next = (!done[start]).then_some(start);
        while let Some(position) = next {
            if let Some(first) = walk.iter().position(|walked| *walked == position) {
                problems.push(cycle(spec, &walk[first..]));
                break;
            }
            walk.push(position);
            next = nodes[position].depends_on.iter().copied().find(|on| !done[*on]);
        }
        for position in walk {
            done[position] = true;
        }
    }
}

fn cycle(spec: &WorkflowSpec, positions: &[usize]) -> Problem {
    // The walk follows dependencies; reading it backwards gives the order of execution.
    let lowest = positions
        .iter()
        .enumerate()
        .min_by_key(|(_, position)| **position)
        .map_or(0, |(at, _)| at);
    let ids: Vec<_> = (0..=positions.len())
        .map(|offset| positions[(lowest + positions.len() - offset % positions.len()) % positions.len()])
        .map(|position| format!("`{}`", spec.steps[position].id))
        .collect();
    let message = format!("steps wait for one another: {}", ids.join(" → "));
    Problem::new(
        ErrorCode::DependencyCycle,
        format!("/steps/{}", positions[lowest]),
        message,
    )
    .with_help("remove one of these dependencies or references")
}
