//! From one type to another.

use aos_spec::canonical;
use serde_json::Value as Json;

use super::{Function, function, refused};
use crate::expression::{fault::Fault, fuel::Fuel, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("string", "string(scalar)", (1, 1), string),
    function("int", "int(number or string)", (1, 1), int),
    function("double", "double(number or string)", (1, 1), double),
    function("bool", "bool(string)", (1, 1), bool),
    function("parseJson", "parseJson(string)", (1, 1), parse_json),
    function("toJson", "toJson(value)", (1, 1), to_json),
];

fn string(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    match arguments {
        [Value::List(_) | Value::Map(_)] => Err(Fault::new("`string` takes no list or map; `toJson` does")),
        [value] => text_of(fuel, value).map(Value::text),
        _ => Err(refused("string", arguments)),
    }
}

/// Returns a string as it is and anything else as canonical JSON.
pub(super) fn text_of(fuel: &mut Fuel, value: &Value) -> Result<String, Fault> {
    fuel.spend_visit(value)?;
    fuel.spend_members(1)?;
    match value {
        Value::Text(text) => Ok(text.to_string()),
        Value::Int(int) => Ok(int.to_string()),
        other => canonical_json(other),
    }
}

fn canonical_json(value: &Value) -> Result<String, Fault> {
    let json = value
        .clone()
        .into_json()
        .map_err(|failure| Fault::new(failure.message))?;
    let mut bytes = Vec::new();
    canonical::write_value(&json, &mut bytes).map_err(|error| Fault::new(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn to_json(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [value] = arguments else {
        return Err(refused("toJson", arguments));
    };
    fuel.spend_visit(value)?;
    canonical_json(value).map(Value::text)
}

fn parse_json(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [Value::Text(text)] = arguments else {
        return Err(refused("parseJson", arguments));
    };
    // Every two bytes can be a member of a list.
    fuel.spend(text.len() as u64)?;
    let json: Json =
        serde_json::from_str(text).map_err(|error| Fault::new(format!("the text is not JSON: {error}")))?;
    Value::from_json(&json)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "beyond 64 bits it saturates beyond 64 bits"
)]
fn int(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    match arguments {
        [Value::Int(int)] => Ok(Value::Int(*int)),
        [Value::Double(double)] => Value::int(*double as i128),
        [Value::Text(text)] => {
            fuel.spend_text(text.len())?;
            text.parse()
                .map_err(|_| unreadable(text, "an integer"))
                .and_then(Value::int)
        }
        _ => Err(refused("int", arguments)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an integer beyond 2^53 becomes the nearest double"
)]
fn double(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    match arguments {
        [Value::Int(int)] => Value::double(*int as f64),
        [Value::Double(double)] => Ok(Value::Double(*double)),
        [Value::Text(text)] => {
            fuel.spend_text(text.len())?;
            text.parse()
                .map_err(|_| unreadable(text, "a number"))
                .and_then(Value::double)
        }
        _ => Err(refused("double", arguments)),
    }
}

fn bool(_: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    match arguments {
        [Value::Bool(bool)] => Ok(Value::Bool(*bool)),
        [Value::Text(text)] => match text.as_ref() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(unreadable(text, "`true` or `false`")),
        },
        _ => Err(refused("bool", arguments)),
    }
}

/// Shows the beginning of the text: without it nobody finds the row that it came from.
fn unreadable(text: &str, wanted: &str) -> Fault {
    let beginning: String = text.chars().take(32).collect();
    Fault::new(format!("`{}` is not {wanted}", beginning.escape_debug()))
}
