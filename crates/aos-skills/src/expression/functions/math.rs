//! Functions of numbers. All are exact: none differs between machines in the last bit.

use super::{Function, function, refused};
use crate::expression::{fault::Fault, fuel::Fuel, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("math.abs", "math.abs(number)", (1, 1), abs),
    function("math.ceil", "math.ceil(number)", (1, 1), ceil),
    function("math.floor", "math.floor(number)", (1, 1), floor),
    function("math.round", "math.round(number)", (1, 1), round),
];

fn abs(_: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    match arguments {
        [Value::Int(int)] => Value::int(int.abs()),
        [Value::Double(double)] => Value::double(double.abs()),
        _ => Err(refused("math.abs", arguments)),
    }
}

fn ceil(_: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    whole("math.ceil", arguments, f64::ceil)
}

fn floor(_: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    whole("math.floor", arguments, f64::floor)
}

/// Rounds halves away from zero, as CEL has it.
fn round(_: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
    whole("math.round", arguments, f64::round)
}

fn whole(name: &str, arguments: &[Value], round: fn(f64) -> f64) -> Result<Value, Fault> {
    match arguments {
        [Value::Int(int)] => Ok(Value::Int(*int)),
        [Value::Double(double)] => Value::double(round(*double)),
        _ => Err(refused(name, arguments)),
    }
}
