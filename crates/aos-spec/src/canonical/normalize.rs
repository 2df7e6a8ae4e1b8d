//! Values in the form that they have after being written canonically and read again.

use serde_json::Value;

use super::number::FIRST_INEXACT;

/// Brings `value` to the form that it has after being written canonically and read again: `1.0` becomes `1`.
///
/// Outputs of skills are normalized before anything else sees them, so that a live run and a replay see the same.
///
/// ```
/// use aos_spec::canonical;
/// use serde_json::json;
///
/// let mut value = json!({ "share": 0.5, "total": 3.0, "none": -0.0 });
/// canonical::normalize(&mut value);
/// assert_eq!(value, json!({ "share": 0.5, "total": 3, "none": 0 }));
/// assert_eq!(canonical::parse(&canonical::to_vec(&value)?), Ok(value));
/// # Ok::<(), canonical::CanonicalError>(())
/// ```
pub fn normalize(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if number.is_f64()
                && let Some(float) = number.as_f64()
                && float.fract() == 0.0
                && float.abs() < FIRST_INEXACT
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "whole and below 2^53 in magnitude"
                )]
                let integer = float as i64;
                *number = integer.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(members) => members.values_mut().for_each(normalize),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
