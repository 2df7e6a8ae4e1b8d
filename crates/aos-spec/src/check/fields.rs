//! Reading the fields of an object one by one, so that each wrong one is reported.
//!
//! Each field is read as the type that it has in the specification; its error is the message. Which fields there are
//! follows from which ones are asked for.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::problems::{Problems, excerpt};
use crate::{ErrorCode, source::pointer};

/// Words that other formats use, and our own for them.
const SYNONYMS: [(&str, &str); 9] = [
    ("arguments", "inputs"),
    ("args", "inputs"),
    ("dependencies", "depends_on"),
    ("needs", "depends_on"),
    ("parameters", "inputs"),
    ("params", "inputs"),
    ("tool", "skill_id"),
    ("uses", "skill_id"),
    ("with", "inputs"),
];

/// The fields of one object.
pub(super) struct Fields<'a, 'p> {
    members: &'a Map<String, Value>,
    /// What the object is, such as `a step`.
    what: &'static str,
    pointer: String,
    asked: Vec<&'static str>,
    pub(super) problems: &'p mut Problems,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// Returns the fields of `value`, which is meant to be `what`; `None` when it is no object.
    pub(super) fn of(
        value: &'a Value,
        what: &'static str,
        pointer: String,
        problems: &'p mut Problems,
    ) -> Option<Self> {
        let Value::Object(members) = value else {
            let message = format!("{what} must be an object, not {}", kind_of(value));
            problems.add(ErrorCode::SchemaValidationFailed, &pointer, message);
            return None;
        };
        Some(Self {
            members,
            what,
            pointer,
            asked: Vec::new(),
            problems,
        })
    }

    /// Whether the object has the field `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Returns the pointer to the field `name`.
    pub(super) fn pointer(&self, name: &str) -> String {
        pointer::child(&self.pointer, name)
    }

    /// Returns the value of a field that may be missing.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.members.get(name)
    }

    /// Reads a field that may be missing.
    pub(super) fn optional<T: Deserialize<'a>>(&mut self, name: &'static str) -> Option<T> {
        let value = self.value(name)?;
        let pointer = self.pointer(name);
        read(
            value,
            name,
            &pointer,
            ErrorCode::SchemaValidationFailed,
            self.problems,
        )
    }

    /// Reads a field that may be missing and holds an object with names of its own.
    pub(super) fn object(&mut self, name: &'static str) -> Option<&'a Map<String, Value>> {
        match self.value(name)? {
            Value::Object(members) => Some(members),
            other => self.wrong_kind(name, "an object", other),
        }
    }

    /// Reads a field that may be missing and holds a list.
    pub(super) fn list(&mut self, name: &'static str) -> Option<&'a Vec<Value>> {
        match self.value(name)? {
            Value::Array(items) => Some(items),
            other => self.wrong_kind(name, "a list", other),
        }
    }

    /// Reads a required field.
    pub(super) fn required<T: Deserialize<'a>>(&mut self, name: &'static str) -> Option<T> {
        self.require(name)?;
        self.optional(name)
    }

    /// Reads a required identifier.
    pub(super) fn id<T: Deserialize<'a>>(&mut self, name: &'static str) -> Option<T> {
        let value = self.require(name)?;
        read_id(value, name, &self.pointer(name), self.problems)
    }

    /// Returns the value of a required field; it is reported when it is missing.
    pub(super) fn require(&mut self, name: &'static str) -> Option<&'a Value> {
        let value = self.value(name);
        if value.is_none() {
            let message = format!("{} needs the field `{name}`", self.what);
            let pointer = self.pointer(name);
            self.problems
                .add(ErrorCode::MissingRequiredField, &pointer, message);
        }
        value
    }

    /// Reports the fields that have not been asked for.
    pub(super) fn close(self) {
        let Self {
            members,
            what,
            pointer,
            asked,
            problems,
        } = self;
        for name in members.keys().filter(|name| !asked.contains(&name.as_str())) {
            let missing = asked
                .iter()
                .copied()
                .filter(|field| !members.contains_key(*field));
            let synonym = SYNONYMS
                .iter()
                .find(|(word, field)| word == name && missing.clone().any(|f| f == *field));
            let help = match synonym {
                Some((_, field)) => Some(format!("did you mean `{field}`?")),
                None => problems.did_you_mean(name, missing),
            };
            let help = help.unwrap_or_else(|| format!("{what} has the fields `{}`", asked.join("`, `")));
            let message = format!("{what} has no field `{}`", excerpt(name));
            problems
                .add(ErrorCode::UnknownField, &pointer::child(&pointer, name), message)
                .help(help);
        }
    }

    fn wrong_kind<T>(&mut self, name: &str, expected: &str, actual: &Value) -> Option<T> {
        let message = format!("`{name}` must be {expected}, not {}", kind_of(actual));
        let pointer = self.pointer(name);
        self.problems
            .add(ErrorCode::SchemaValidationFailed, &pointer, message);
        None
    }
}

/// Reads `value` as an identifier.
pub(super) fn read_id<'a, T: Deserialize<'a>>(
    value: &'a Value,
    name: &str,
    pointer: &str,
    problems: &mut Problems,
) -> Option<T> {
    let code = if value.is_string() {
        ErrorCode::InvalidId
    } else {
        ErrorCode::SchemaValidationFailed
    };
    read(value, name, pointer, code, problems)
}

/// Reads `value` as the type that the field `name` has in the specification.
pub(super) fn read<'a, T: Deserialize<'a>>(
    value: &'a Value,
    name: &str,
    pointer: &str,
    code: ErrorCode,
    problems: &mut Problems,
) -> Option<T> {
    let error = match T::deserialize(value) {
        Ok(read) => return Some(read),
        Err(error) => error.to_string(),
    };
    let (message, help) = explain(&error, value, problems);
    problems
        .add(code, pointer, format!("`{name}`: {message}"))
        .help_if(help);
    None
}

/// Returns what serde says in the words of a specification, and what to do about it.
fn explain(error: &str, value: &Value, problems: &mut Problems) -> (String, Option<String>) {
    let Some((found, expected)) = error.rsplit_once(", expected ") else {
        return (error.to_owned(), None);
    };
    let expected = match expected {
        "f64" => "a number",
        "u32" => "a whole number from 0",
        "a map" => "an object",
        "a sequence" => "a list",
        other => other,
    };
    let help = match value {
        Value::Null => Some("give it a value, or remove it".to_owned()),
        Value::Bool(_) | Value::Number(_) if expected == "a string" => {
            Some("put quotes around it".to_owned())
        }
        // Of an unknown word serde lists the known ones in backticks.
        Value::String(word) => problems.did_you_mean(word, expected.split('`').skip(1).step_by(2)),
        _ => None,
    };
    (format!("{found}, expected {expected}"), help)
}

/// Returns what kind of value this is, for messages.
pub(crate) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
