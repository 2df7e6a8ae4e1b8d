//! One total order over all values.

use std::{cmp::Ordering, iter};

use super::value::Value;

/// Compares two values: `null`, then `false` and `true`, numbers by their exact value, strings by code points, lists
/// item by item, maps entry by entry. Equal numbers are equal whatever their types.
///
/// The caller has paid for a visit of one of the two.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Int(left), Value::Double(right)) => compare_mixed(*left, *right),
        (Value::Double(left), Value::Int(right)) => compare_mixed(*right, *left).reverse(),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::List(left), Value::List(right)) => {
            let pairs = iter::zip(left.items(), right.items());
            first_difference(pairs.map(|(left, right)| compare(left, right)))
                .then_with(|| left.items().len().cmp(&right.items().len()))
        }
        (Value::Map(left), Value::Map(right)) => {
            let pairs = iter::zip(left.entries(), right.entries());
            first_difference(pairs.map(|((left_key, left), (right_key, right))| {
                left_key.cmp(right_key).then_with(|| compare(left, right))
            }))
            .then_with(|| left.entries().len().cmp(&right.entries().len()))
        }
        _ => rank(left).cmp(&rank(right)),
    }
}

/// A value in this order, for collections that need one.
pub(super) struct Ordered<'a>(pub(super) &'a Value);

impl Ord for Ordered<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.0, other.0)
    }
}

impl PartialOrd for Ordered<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered<'_> {}

fn first_difference(mut comparisons: impl Iterator<Item = Ordering>) -> Ordering {
    comparisons
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Whether `<` and its like take these two: unlike sorting, they refuse to compare what is not alike.
pub(super) const fn are_comparable(left: &Value, right: &Value) -> bool {
    matches!(
        (left, right),
        (Value::Bool(_), Value::Bool(_))
            | (Value::Text(_), Value::Text(_))
            | (Value::Int(_) | Value::Double(_), Value::Int(_) | Value::Double(_))
    )
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Double(_) => 2,
        Value::Text(_) => 3,
        Value::List(_) => 4,
        Value::Map(_) => 5,
    }
}

/// Compares without rounding either.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the whole part is within ±2^64 where it is cast"
)]
fn compare_mixed(int: i128, double: f64) -> Ordering {
    const BEYOND: f64 = 36_893_488_147_419_103_232.0;
    if double >= BEYOND {
        return Ordering::Less;
    }
    if double <= -BEYOND {
        return Ordering::Greater;
    }
    let whole = double.trunc();
    int.cmp(&(whole as i128))
        .then_with(|| whole.partial_cmp(&double).unwrap_or(Ordering::Equal))
}
