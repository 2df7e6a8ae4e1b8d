//! The function `format`.

use super::{convert::text_of, refused};
use crate::expression::{fault::Fault, fuel::Fuel, operators, value::Value};

/// Most digits after the point.
const MAX_PRECISION: usize = 20;

/// Fills in `%s` (a string as it is, anything else as JSON), `%d` (an integer), `%f` and `%.2f` (a number with 6 or
/// that many digits after the point, rounded half to even) and `%%`.
pub(super) fn format(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [Value::Text(template), Value::List(values)] = arguments else {
        return Err(refused("format", arguments));
    };
    fuel.spend_text(template.len())?;
    let mut values = values.items().iter();
    let mut text = String::new();
    let mut rest = template.as_ref();
    while let Some((before, directive)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = directive.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let Some(value) = values.next() else {
            return Err(Fault::new("`format` has more directives than values"));
        };
        let (written, after) = fill_in(fuel, directive, value)?;
        fuel.spend_text(written.len())?;
        text.push_str(&written);
        rest = after;
    }
    if values.next().is_some() {
        return Err(Fault::new("`format` has more values than directives"));
    }
    text.push_str(rest);
    Ok(Value::text(text))
}

/// Returns what `value` is written as and what follows the directive.
fn fill_in<'t>(fuel: &mut Fuel, directive: &'t str, value: &Value) -> Result<(String, &'t str), Fault> {
    if let Some(after) = directive.strip_prefix('s') {
        return Ok((text_of(fuel, value)?, after));
    }
    if let Some(after) = directive.strip_prefix('d') {
        return match value {
            Value::Int(int) => Ok((int.to_string(), after)),
            other => Err(Fault::new(format!("`%d` does not take {}", other.type_name()))),
        };
    }
    let (precision, after) = match directive
        .strip_prefix('.')
        .and_then(|directive| directive.split_once('f'))
    {
        Some((digits, after)) => (digits.parse().ok(), Some(after)),
        None => (Some(6), directive.strip_prefix('f')),
    };
    let (Some(precision), Some(after)) = (precision.filter(|digits| *digits <= MAX_PRECISION), after) else {
        return Err(Fault::new(
            "the directives of `format` are `%s`, `%d`, `%f`, `%.2f` and `%%`",
        ));
    };
    match operators::as_double(value) {
        Some(double) => Ok((format!("{double:.precision$}"), after)),
        None => Err(Fault::new(format!("`%f` does not take {}", value.type_name()))),
    }
}
