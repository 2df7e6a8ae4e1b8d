//! Functions of lists.

use std::collections::BTreeSet;

use super::{Function, convert::text_of, function, refused, text};
use crate::expression::{fault::Fault, fuel::Fuel, operators, order, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("size", "value.size()", (1, 1), size),
    function("join", "list.join(separator?)", (1, 2), join),
    function("sum", "list.sum()", (1, 1), sum),
    function("avg", "list.avg()", (1, 1), avg),
    function("min", "list.min()", (1, 1), min),
    function("max", "list.max()", (1, 1), max),
    function("sort", "list.sort()", (1, 1), sort),
    function("reverse", "list.reverse()", (1, 1), reverse),
    function("distinct", "list.distinct()", (1, 1), distinct),
    function("flatten", "list.flatten()", (1, 1), flatten),
    function("slice", "list.slice(start, end?)", (2, 3), slice),
];

/// Returns the argument, which must be a list, and pays for reading its items.
fn items<'a>(fuel: &mut Fuel, name: &str, arguments: &'a [Value]) -> Result<&'a [Value], Fault> {
    let [Value::List(list)] = arguments else {
        return Err(refused(name, arguments));
    };
    fuel.spend_members(list.items().len())?;
    Ok(list.items())
}

fn size(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    Ok(Value::count(match arguments {
        [Value::List(list)] => list.items().len(),
        [Value::Map(map)] => map.entries().len(),
        [Value::Text(text)] => {
            fuel.spend_text(text.len())?;
            text.chars().count()
        }
        _ => return Err(refused("size", arguments)),
    }))
}

fn join(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (list, separator) = match arguments {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::Text(separator)] => (list, separator.as_ref()),
        _ => return Err(refused("join", arguments)),
    };
    let mut joined = String::new();
    for (index, item) in list.items().iter().enumerate() {
        if index > 0 {
            fuel.spend_text(separator.len())?;
            joined.push_str(separator);
        }
        joined.push_str(&text_of(fuel, item)?);
    }
    Ok(Value::text(joined))
}

/// Adds from left to right: exactly with integers, and with doubles from the first double on.
fn sum(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let items = items(fuel, "sum", arguments)?;
    items.iter().try_fold(Value::Int(0), |sum, item| match item {
        Value::Int(_) | Value::Double(_) => operators::add(fuel, &sum, item),
        other => Err(Fault::new(format!(
            "`sum` takes numbers, and there is {}",
            other.type_name()
        ))),
    })
}

fn avg(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let sum = operators::as_double(&sum(fuel, arguments)?);
    match (sum, operators::as_double(&size(fuel, arguments)?)) {
        (Some(sum), Some(count)) if count > 0.0 => Value::double(sum / count),
        _ => Err(Fault::new("an empty list has no average")),
    }
}

fn min(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let items = items(fuel, "min", arguments)?;
    fuel.spend_sort(items.iter())?;
    let min = items.iter().min_by(|left, right| order::compare(left, right));
    min.cloned()
        .ok_or_else(|| Fault::new("an empty list has no smallest item"))
}

fn max(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let items = items(fuel, "max", arguments)?;
    fuel.spend_sort(items.iter())?;
    let max = items.iter().max_by(|left, right| order::compare(left, right));
    max.cloned()
        .ok_or_else(|| Fault::new("an empty list has no largest item"))
}

fn sort(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let mut items = items(fuel, "sort", arguments)?.to_vec();
    fuel.spend_sort(items.iter())?;
    items.sort_by(order::compare);
    Value::list(items)
}

fn reverse(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let items = items(fuel, "reverse", arguments)?;
    Value::list(items.iter().rev().cloned().collect())
}

/// Keeps the first of equal items.
fn distinct(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let items = items(fuel, "distinct", arguments)?;
    fuel.spend_sort(items.iter())?;
    let mut seen = BTreeSet::new();
    let distinct = items.iter().filter(|item| seen.insert(order::Ordered(item)));
    Value::list(distinct.cloned().collect())
}

/// Replaces each item that is a list by its items.
fn flatten(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let mut flat = Vec::new();
    for item in items(fuel, "flatten", arguments)? {
        match item {
            Value::List(inner) => {
                fuel.spend_members(inner.items().len())?;
                flat.extend_from_slice(inner.items());
            }
            other => flat.push(other.clone()),
        }
    }
    Value::list(flat)
}

/// Stops at the end of the list, so that the first ten of seven are seven.
fn slice(fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    let (list, start, end) = match arguments {
        [Value::List(list), Value::Int(start)] => (list, *start, None),
        [Value::List(list), Value::Int(start), Value::Int(end)] => (list, *start, Some(*end)),
        _ => return Err(refused("slice", arguments)),
    };
    let len = list.items().len();
    let within = |position: i128| position.min(len as i128);
    let (start, end) = text::range(within(start), end.map(within), len)?;
    fuel.spend_members(end - start)?;
    Value::list(list.items()[start..end].to_vec())
}
