//! Parameters of a run: their declarations, and the values given for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Problem, Problems, fields::kind_of, nesting, outline::ParameterOutline, problems::excerpt};
use crate::{
    ErrorCode, canonical,
    source::pointer,
    workflow::{InputParameter, InputType},
};

/// Checks the names of parameters, and that every default is of its declared type.
pub(super) fn check_declarations(declared: &[ParameterOutline<'_>], problems: &mut Problems) {
    for parameter in declared {
        let pointer = pointer::child("/inputs", parameter.name);
        if !is_name(parameter.name) {
            let message = format!("`{}` is not a parameter name", excerpt(parameter.name));
            problems
                .add(ErrorCode::InvalidId, &pointer, message)
                .help("use letters, digits, `_` and `-`");
        }
        if let (Some(kind), Some(default)) = (parameter.kind, parameter.default) {
            let pointer = format!("{pointer}/default");
            check_type(&pointer, parameter.name, kind, default, problems);
        }
    }
}

/// Returns `given` with defaults filled in.
pub(crate) fn bind(
    declared: &BTreeMap<String, InputParameter>,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<Problem>> {
    let mut problems = Problems::new();
    for (name, value) in given {
        let pointer = pointer::child("", name);
        if !declared.contains_key(name) {
            let help = problems.did_you_mean(name, declared.keys().map(String::as_str));
            let message = format!("the workflow has no parameter `{}`", excerpt(name));
            problems
                .add(ErrorCode::InvalidInput, &pointer, message)
                .help_if(help);
        } else if let Some(pointer) = nesting::find_too_deep(value, 1, &pointer) {
            problems.add_too_deep(&pointer);
        }
    }
    let mut bound = Map::new();
    for (name, parameter) in declared {
        let pointer = pointer::child("", name);
        match given.get(name).or(parameter.default.as_ref()) {
            Some(value) => {
                check_type(&pointer, name, parameter.kind, value, &mut problems);
                if problems.is_empty() {
                    let mut value = value.clone();
                    canonical::normalize(&mut value);
                    bound.insert(name.clone(), value);
                }
            }
            None => {
                let message = format!("the parameter `{name}` is required");
                problems
                    .add(ErrorCode::MissingRequiredField, &pointer, message)
                    .help(format!("add `--input {name}=…`"));
            }
        }
    }
    if problems.is_empty() {
        Ok(bound)
    } else {
        Err(problems.into_sorted())
    }
}

fn is_name(text: &str) -> bool {
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !text.is_empty() && text.chars().all(is_name_char)
}

fn check_type(pointer: &str, name: &str, expected: InputType, actual: &Value, problems: &mut Problems) {
    if !expected.admits(actual) {
        let (expected, actual) = (expected.as_str(), kind_of(actual));
        let name = excerpt(name);
        let message = format!("the parameter `{name}` must be of type `{expected}`, but this is {actual}");
        problems.add(ErrorCode::InvalidInput, pointer, message);
    }
}
