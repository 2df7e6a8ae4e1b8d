//! How deeply values are nested, found out without going deeper than allowed.

use serde_json::{Map, Value};

use crate::{WorkflowSpec, limits, source::pointer};

/// Returns the pointer of the first array or object in `value` that stands below too many others, of which `outer` are
/// around the value itself.
pub(crate) fn find_too_deep(value: &Value, outer: usize, pointer: &str) -> Option<String> {
    let mut found = pointer.to_owned();
    for segment in find(value, outer)?.iter().rev() {
        pointer::push(&mut found, segment);
    }
    Some(found)
}

/// Returns the pointers of what is nested too deeply in `spec`, one for each step, parameter and the metadata.
pub(crate) fn find_too_deep_in_spec(spec: &WorkflowSpec) -> Vec<String> {
    let in_map = |members: &Map<String, Value>, outer, pointer: &str| {
        members
            .iter()
            .find_map(|(name, value)| find_too_deep(value, outer, &pointer::child(pointer, name)))
    };
    // Around a default stand the specification, its `inputs` and the declaration; around an input the specification,
    // its `steps`, the step and its `inputs`.
    let defaults = spec.inputs.iter().filter_map(|(name, parameter)| {
        let pointer = format!("{}/default", pointer::child("/inputs", name));
        find_too_deep(parameter.default.as_ref()?, 3, &pointer)
    });
    let inputs = spec
        .steps
        .iter()
        .enumerate()
        .filter_map(|(position, step)| in_map(&step.inputs, 4, &format!("/steps/{position}/inputs")));
    defaults
        .chain(inputs)
        .chain(in_map(&spec.metadata, 2, "/metadata"))
        .collect()
}

/// Returns the segments from the innermost one outwards.
fn find(value: &Value, outer: usize) -> Option<Vec<String>> {
    let is_nesting = matches!(value, Value::Array(_) | Value::Object(_));
    if is_nesting && outer >= limits::MAX_NESTING {
        return Some(Vec::new());
    }
    let (mut segments, last) = match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| Some((find(item, outer + 1)?, index.to_string()))),
        Value::Object(members) => members
            .iter()
            .find_map(|(name, member)| Some((find(member, outer + 1)?, name.clone()))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }?;
    segments.push(last);
    Some(segments)
}

/// Frees the values of a specification that may be nested so deeply that freeing them in the usual way, one level
/// inside the other, would overflow the stack.
pub(crate) fn take_apart(spec: WorkflowSpec) {
    let defaults = spec
        .inputs
        .into_values()
        .filter_map(|parameter| parameter.default);
    let inputs = spec.steps.into_iter().flat_map(|step| step.inputs);
    let mut values: Vec<_> = inputs
        .chain(spec.metadata)
        .map(|(_, value)| value)
        .chain(defaults)
        .collect();
    while let Some(value) = values.pop() {
        match value {
            Value::Array(items) => values.extend(items),
            Value::Object(members) => values.extend(members.into_iter().map(|(_, member)| member)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
