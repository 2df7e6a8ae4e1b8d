//! Functions of strings. Positions and lengths count Unicode code points.

use super::{Function, format, function, refused};
use crate::expression::{fault::Fault, fuel::Fuel, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("contains", "string.contains(part)", (2, 2), contains),
    function("startsWith", "string.startsWith(prefix)", (2, 2), starts_with),
    function("endsWith", "string.endsWith(suffix)", (2, 2), ends_with),
    function("indexOf", "string.indexOf(part)", (2, 2), index_of),
    function("substring", "string.substring(start, end?)", (2, 3), substring),
    function("split", "string.split(separator)", (2, 2), split),
    function("lines", "string.lines()", (1, 1), lines),
    function("replace", "string.replace(old, new)", (3, 3), replace),
    function("trim", "string.trim()", (1, 1), trim),
    function("lowerAscii", "string.lowerAscii()", (1, 1), lower_ascii),
    function("upperAscii", "string.upperAscii()", (1, 1), upper_ascii),
    function("format", "string.format(list)", (2, 2), format::format),
];

/// Returns both arguments, which must be strings, and pays for reading them.
fn two<'a>(fuel: &mut Fuel, name: &str, arguments: &'a [Value]) -> Result<(&'a str, &'a str), Fault> {
    let [Value::Text(text), Value::Text(other)] = arguments else {
        return Err(refused(name, arguments));
    };
    fuel.spend_text(text.len() + other.len())?;
    Ok((text, other))
}

/// Returns the argument, which must be a string, and pays for reading it.
fn one<'a>(fuel: &mut Fuel, name: &str, arguments: &'a [Value]) -> Result<&'a str, Fault> {
    let [Value::Text(text)] = arguments else {
        return Err(refused(name, arguments));
    };
    fuel.spend_text(text.len())?;
    Ok(text)
}

fn contains(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (text, part) = two(fuel, "contains", arguments)?;
    Ok(Value::Bool(text.contains(part)))
}

fn starts_with(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (text, prefix) = two(fuel, "startsWith", arguments)?;
    Ok(Value::Bool(text.starts_with(prefix)))
}

fn ends_with(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (text, suffix) = two(fuel, "endsWith", arguments)?;
    Ok(Value::Bool(text.ends_with(suffix)))
}

fn index_of(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (text, part) = two(fuel, "indexOf", arguments)?;
    Ok(match text.find(part) {
        Some(bytes) => Value::count(text[..bytes].chars().count()),
        None => Value::Int(-1),
    })
}

fn substring(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (text, start, end) = match arguments {
        [Value::Text(text), Value::Int(start)] => (text, *start, None),
        [Value::Text(text), Value::Int(start), Value::Int(end)] => (text, *start, Some(*end)),
        _ => return Err(refused("substring", arguments)),
    };
    fuel.spend_text(text.len())?;
    let count = text.chars().count();
    let (start, end) = range(start, end, count)?;
    Ok(Value::text(
        text.chars().skip(start).take(end - start).collect::<String>(),
    ))
}

/// Returns the positions that `start` and `end` stand for in something of this length.
pub(super) fn range(start: i128, end: Option<i128>, len: usize) -> Result<(usize, usize), Fault> {
    let end = end.unwrap_or(len as i128);
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start <= end && end <= len => Ok((start, end)),
        _ => Err(Fault::new(format!(
            "{start} to {end} is no range within a length of {len}"
        ))),
    }
}

fn split(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (text, separator) = two(fuel, "split", arguments)?;
    if separator.is_empty() {
        return parts(
            fuel,
            text.chars()
                .map(|char| Value::text(char.encode_utf8(&mut [0; 4]) as &str)),
        );
    }
    parts(fuel, text.split(separator).map(Value::text))
}

fn lines(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let text = one(fuel, "lines", arguments)?;
    parts(fuel, text.lines().map(Value::text))
}

/// Returns a list of the parts, each paid for when it is made.
fn parts(fuel: &mut Fuel, parts: impl Iterator<Item = Value>) -> Result<Value, Fault> {
    let mut list = Vec::new();
    for part in parts {
        fuel.spend_members(1)?;
        list.push(part);
    }
    Value::list(list)
}

fn replace(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [Value::Text(text), Value::Text(old), Value::Text(new)] = arguments else {
        return Err(refused("replace", arguments));
    };
    fuel.spend_text(text.len())?;
    let n_replaced = text.matches(old.as_ref()).count();
    fuel.spend_text(text.len().saturating_add(n_replaced.saturating_mul(new.len())))?;
    Ok(Value::text(text.replace(old.as_ref(), new)))
}

fn trim(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    one(fuel, "trim", arguments).map(|text| Value::text(text.trim()))
}

/// Leaves letters beyond ASCII as they are: their case depends on the version of Unicode.
fn lower_ascii(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    one(fuel, "lowerAscii", arguments).map(|text| Value::text(text.to_ascii_lowercase()))
}

/// As [`lower_ascii`].
fn upper_ascii(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    one(fuel, "upperAscii", arguments).map(|text| Value::text(text.to_ascii_uppercase()))
}
