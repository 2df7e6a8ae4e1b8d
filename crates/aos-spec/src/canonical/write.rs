//! Writing values in their canonical form.

use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::number::write_number;
use crate::limits;

/// The reason why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalError {
    /// Nested more deeply than [`limits::MAX_NESTING`].
    #[error("nested more than {} levels deep", limits::MAX_NESTING)]
    TooDeep,
    /// The value cannot be written as JSON.
    #[error("not representable as JSON: {0}")]
    NotJson(String),
}

/// Returns the canonical JSON of `value`.
///
/// # Errors
///
/// [`CanonicalError`] when the value is nested too deeply or cannot be written as JSON.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(|error| CanonicalError::NotJson(error.to_string()))?;
    let mut out = Vec::new();
    write_value(&value, &mut out)?;
    Ok(out)
}

/// Returns the canonical JSON of `value` as text.
///
/// # Errors
///
/// As [`to_vec`].
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    to_vec(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Appends the canonical JSON of `value`.
///
/// # Errors
///
/// [`CanonicalError::TooDeep`]; `out` then ends in an incomplete text.
pub fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    write_nested(value, out, 0)
}

fn write_nested(value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), CanonicalError> {
    if depth > limits::MAX_NESTING {
        return Err(CanonicalError::TooDeep);
    }
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, out)?,
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_nested(item, out, depth + 1)?;
            }
            out.push(b']');
        }
        Value::Object(members) => write_object(members, out, depth)?,
    }
    Ok(())
}

fn write_object(members: &Map<String, Value>, out: &mut Vec<u8>, depth: usize) -> Result<(), CanonicalError> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    out.push(b'{');
    for (index, (name, value)) in members.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(name, out)?;
        out.push(b':');
        write_nested(value, out, depth + 1)?;
    }
    out.push(b'}');
    Ok(())
}

/// Appends `text` as a JSON string: serde_json escapes exactly what RFC 8785 asks for.
///
/// # Errors
///
/// Never for text; the signature is that of its siblings.
pub fn write_string(text: &str, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    serde_json::to_writer(out, text).map_err(|error| CanonicalError::NotJson(error.to_string()))
}

/// Brings `value` to the form that it has after being written canonically and read again: `1.0` becomes `1`.
///
/// Outputs of skills are normalized before anything else sees them, so that a live run and a replay see the same.
pub fn normalize(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let mut text = Vec::new();
            write_number(number, &mut text);
            if let Ok(normalized) = serde_json::from_slice::<Number>(&text) {
                *number = normalized;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(members) => members.values_mut().for_each(normalize),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
