//! Parameters of a run: their declarations, and the values given for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Problem, suggest};
use crate::{
    ErrorCode, WorkflowSpec, limits,
    workflow::{InputParameter, InputType},
};

/// Checks that every default is of its declared type.
pub(crate) fn check_declarations(spec: &WorkflowSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, parameter) in &spec.inputs {
        let pointer = format!("/inputs/{}", name.replace('~', "~0").replace('/', "~1"));
        if name.is_empty()
            || !name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        {
            let message = format!("`{}` is not a parameter name", name.escape_debug());
            problems.push(
                Problem::new(ErrorCode::InvalidId, &pointer, message)
                    .with_help("use letters, digits, `_` and `-`"),
            );
        }
        if let Some(default) = &parameter.default
            && !parameter.kind.admits(default)
        {
            problems.push(wrong_type(
                &format!("{pointer}/default"),
                name,
                parameter.kind,
                default,
            ));
        }
    }
    problems
}

/// Returns `given` with defaults filled in.
pub(crate) fn bind(
    declared: &BTreeMap<String, InputParameter>,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<Problem>> {
    let mut problems = Vec::new();
    for name in given.keys().filter(|name| !declared.contains_key(*name)) {
        let message = format!("the workflow has no parameter `{}`", name.escape_debug());
        let mut problem = Problem::new(ErrorCode::InvalidInput, format!("/{name}"), message);
        problem.help = suggest::did_you_mean(name, declared.keys().map(String::as_str));
        problems.push(problem);
    }
    let mut bound = Map::new();
    for (name, parameter) in declared {
        match given.get(name).or(parameter.default.as_ref()) {
            Some(value) if !parameter.kind.admits(value) => {
                problems.push(wrong_type(&format!("/{name}"), name, parameter.kind, value));
            }
            Some(value) => {
                bound.insert(name.clone(), value.clone());
            }
            None => {
                let message = format!("the parameter `{name}` is required");
                problems.push(
                    Problem::new(ErrorCode::MissingRequiredField, format!("/{name}"), message)
                        .with_help(format!("add `--input {name}=…`")),
                );
            }
        }
    }
    let mut bound = Value::Object(bound);
    crate::canonical::normalize(&mut bound);
    match bound {
        Value::Object(_) if nesting(&bound) > limits::MAX_NESTING => {
            problems.push(Problem::new(
                ErrorCode::LimitExceeded,
                "",
                "the inputs are nested too deeply",
            ));
            Err(problems)
        }
        Value::Object(bound) if problems.is_empty() => Ok(bound),
        _ => Err(problems),
    }
}

fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

fn wrong_type(pointer: &str, name: &str, expected: InputType, actual: &Value) -> Problem {
    let actual = match actual {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    let message = format!(
        "the parameter `{name}` must be of type `{}`, but this is {actual}",
        expected.as_str()
    );
    Problem::new(ErrorCode::InvalidInput, pointer, message)
}
