//! What operators do.

use std::cmp::Ordering;

use super::{
    ast::{BinaryOperator, UnaryOperator},
    fault::Fault,
    fuel::Fuel,
    order,
    value::Value,
};

pub(super) fn as_bool(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Bool(bool) => Ok(*bool),
        other => Err(Fault::new(format!(
            "a condition is a bool, and this is {}",
            other.type_name()
        ))),
    }
}

/// Returns the number as a double, rounded to the nearest.
#[expect(
    clippy::cast_precision_loss,
    reason = "that is what mixing integers and doubles means"
)]
pub(super) const fn as_double(value: &Value) -> Option<f64> {
    match value {
        Value::Int(int) => Some(*int as f64),
        Value::Double(double) => Some(*double),
        _ => None,
    }
}

pub(super) fn unary(operator: UnaryOperator, value: &Value) -> Result<Value, Fault> {
    match (operator, value) {
        (UnaryOperator::Not, value) => Ok(Value::Bool(!as_bool(value)?)),
        (UnaryOperator::Negate, Value::Int(int)) => Value::int(-int),
        (UnaryOperator::Negate, Value::Double(double)) => Value::double(-double),
        (UnaryOperator::Negate, other) => Err(Fault::new(format!("`-` does not take {}", other.type_name()))),
    }
}

/// Applies any operator but `&&` and `||`, which do not always evaluate their right side.
pub(super) fn binary(
    fuel: &mut Fuel,
    operator: BinaryOperator,
    left: &Value,
    right: &Value,
) -> Result<Value, Fault> {
    match operator {
        BinaryOperator::Equal => equal(fuel, left, right).map(Value::Bool),
        BinaryOperator::NotEqual => equal(fuel, left, right).map(|equal| Value::Bool(!equal)),
        BinaryOperator::Less => compared(fuel, "<", left, right, Ordering::is_lt),
        BinaryOperator::LessOrEqual => compared(fuel, "<=", left, right, Ordering::is_le),
        BinaryOperator::Greater => compared(fuel, ">", left, right, Ordering::is_gt),
        BinaryOperator::GreaterOrEqual => compared(fuel, ">=", left, right, Ordering::is_ge),
        BinaryOperator::In => contains(fuel, left, right),
        BinaryOperator::Add => add(fuel, left, right),
        BinaryOperator::Subtract => number("-", left, right, i128::checked_sub, |left, right| left - right),
        BinaryOperator::Multiply => number("*", left, right, i128::checked_mul, |left, right| left * right),
        BinaryOperator::Divide => {
            refuse_zero(right)?;
            number("/", left, right, i128::checked_div, |left, right| left / right)
        }
        BinaryOperator::Remainder => {
            refuse_zero(right)?;
            number("%", left, right, i128::checked_rem, |left, right| left % right)
        }
        BinaryOperator::And | BinaryOperator::Or => Ok(Value::Bool(as_bool(right)?)),
    }
}

fn equal(fuel: &mut Fuel, left: &Value, right: &Value) -> Result<bool, Fault> {
    fuel.spend_visit(left)?;
    Ok(order::compare(left, right).is_eq())
}

fn compared(
    fuel: &mut Fuel,
    symbol: &str,
    left: &Value,
    right: &Value,
    holds: fn(Ordering) -> bool,
) -> Result<Value, Fault> {
    if !order::are_comparable(left, right) {
        return Err(mismatch(symbol, left, right));
    }
    fuel.spend_visit(left)?;
    Ok(Value::Bool(holds(order::compare(left, right))))
}

fn contains(fuel: &mut Fuel, item: &Value, container: &Value) -> Result<Value, Fault> {
    match (container, item) {
        (Value::List(list), item) => {
            let price = fuel.spend_visit(item)?;
            fuel.spend(price.saturating_mul(list.items().len() as u64))?;
            Ok(Value::Bool(
                list.items()
                    .iter()
                    .any(|other| order::compare(item, other).is_eq()),
            ))
        }
        (Value::Map(map), Value::Text(key)) => Ok(Value::Bool(map.entries().contains_key(key))),
        _ => Err(mismatch("in", item, container)),
    }
}

pub(super) fn add(fuel: &mut Fuel, left: &Value, right: &Value) -> Result<Value, Fault> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            fuel.spend_text(left.len() + right.len())?;
            Ok(Value::text([left.as_ref(), right.as_ref()].concat()))
        }
        (Value::List(left), Value::List(right)) => {
            fuel.spend_members(left.items().len() + right.items().len())?;
            Value::list([left.items(), right.items()].concat())
        }
        _ => number("+", left, right, i128::checked_add, |left, right| left + right),
    }
}

/// Computes exactly with integers, and with doubles as soon as one side is a double.
fn number(
    symbol: &str,
    left: &Value,
    right: &Value,
    on_ints: fn(i128, i128) -> Option<i128>,
    on_doubles: fn(f64, f64) -> f64,
) -> Result<Value, Fault> {
    if let (Value::Int(left), Value::Int(right)) = (left, right) {
        // Out of range of i128 is out of range of 64 bits.
        return Value::int(on_ints(*left, *right).unwrap_or(i128::MAX));
    }
    match (as_double(left), as_double(right)) {
        (Some(left), Some(right)) => Value::double(on_doubles(left, right)),
        _ => Err(mismatch(symbol, left, right)),
    }
}

fn refuse_zero(divisor: &Value) -> Result<(), Fault> {
    if as_double(divisor) == Some(0.0) {
        return Err(Fault::new("division by zero"));
    }
    Ok(())
}

fn mismatch(symbol: &str, left: &Value, right: &Value) -> Fault {
    let hint = match (left, right) {
        (Value::Text(_), _) | (_, Value::Text(_)) if symbol == "+" => "; `string(…)` makes a string",
        _ => "",
    };
    Fault::new(format!(
        "`{symbol}` does not take {} and {}{hint}",
        left.type_name(),
        right.type_name()
    ))
}
