//! Functions of maps.

use super::{Function, function, refused};
use crate::expression::{fault::Fault, fuel::Fuel, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("keys", "map.keys()", (1, 1), keys),
    function("values", "map.values()", (1, 1), values),
    function("merge", "map.merge(map)", (2, 2), merge),
];

fn keys(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [Value::Map(map)] = arguments else {
        return Err(refused("keys", arguments));
    };
    fuel.spend_members(map.entries().len())?;
    Value::list(map.entries().keys().cloned().map(Value::Text).collect())
}

fn values(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [Value::Map(map)] = arguments else {
        return Err(refused("values", arguments));
    };
    fuel.spend_members(map.entries().len())?;
    Value::list(map.entries().values().cloned().collect())
}

/// The entries of the second map win.
fn merge(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let [Value::Map(first), Value::Map(second)] = arguments else {
        return Err(refused("merge", arguments));
    };
    fuel.spend_members(first.entries().len() + second.entries().len())?;
    let mut merged = first.entries().clone();
    merged.extend(
        second
            .entries()
            .iter()
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    Value::map(merged)
}
