//! What expressions compute with.

use std::{collections::BTreeMap, sync::Arc};

use aos_spec::{StepFailure, limits};
use serde_json::{Map as JsonMap, Number, Value as Json};

use super::fault::Fault;
use crate::budget::OutputBudget;

/// A JSON value that is cheap to clone.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    // INVARIANT: within the range of i64 and u64 together.
    Int(i128),
    // INVARIANT: finite.
    Double(f64),
    Text(Arc<str>),
    List(Arc<List>),
    Map(Arc<Map>),
}

/// A list, and how deeply it is nested.
#[derive(Debug)]
pub(super) struct List {
    items: Vec<Value>,
    // INVARIANT: one more than that of the deepest item, and at most `limits::MAX_NESTING`.
    depth: usize,
}

/// A map in the order of its keys, and how deeply it is nested.
#[derive(Debug)]
pub(super) struct Map {
    entries: BTreeMap<Arc<str>, Value>,
    // INVARIANT: as for `List`.
    depth: usize,
}

impl List {
    pub(super) fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Map {
    pub(super) const fn entries(&self) -> &BTreeMap<Arc<str>, Value> {
        &self.entries
    }
}

impl Value {
    pub(super) fn int(int: i128) -> Result<Self, Fault> {
        if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&int) {
            Ok(Self::Int(int))
        } else {
            Err(Fault::new("the integer does not fit in 64 bits"))
        }
    }

    pub(super) fn double(double: f64) -> Result<Self, Fault> {
        if double.is_finite() {
            Ok(Self::Double(double))
        } else {
            Err(Fault::new("the result is not a finite number"))
        }
    }

    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn count(count: usize) -> Self {
        Self::Int(count as i128)
    }

    pub(super) fn list(items: Vec<Self>) -> Result<Self, Fault> {
        let depth = depth_above(items.iter())?;
        Ok(Self::List(Arc::new(List { items, depth })))
    }

    pub(super) fn map(entries: BTreeMap<Arc<str>, Self>) -> Result<Self, Fault> {
        let depth = depth_above(entries.values())?;
        Ok(Self::Map(Arc::new(Map { entries, depth })))
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }

    /// Returns the name of the type, as CEL has it.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }

    pub(super) fn from_json(json: &Json) -> Result<Self, Fault> {
        Self::from_nested_json(json, 0)
    }

    fn from_nested_json(json: &Json, depth: usize) -> Result<Self, Fault> {
        if depth > limits::MAX_NESTING {
            return Err(too_deep());
        }
        match json {
            Json::Null => Ok(Self::Null),
            Json::Bool(bool) => Ok(Self::Bool(*bool)),
            Json::Number(number) => match (number.as_i128(), number.as_f64()) {
                (Some(int), _) => Self::int(int),
                (None, Some(double)) => Self::double(double),
                (None, None) => Err(Fault::new("a number is out of range")),
            },
            Json::String(text) => Ok(Self::text(text.as_str())),
            Json::Array(items) => {
                let items = items.iter().map(|item| Self::from_nested_json(item, depth + 1));
                Self::list(items.collect::<Result<_, _>>()?)
            }
            Json::Object(members) => {
                let entries = members.iter().map(|(name, member)| {
                    Ok((
                        Arc::from(name.as_str()),
                        Self::from_nested_json(member, depth + 1)?,
                    ))
                });
                Self::map(entries.collect::<Result<_, Fault>>()?)
            }
        }
    }

    /// Returns the value as JSON.
    ///
    /// # Errors
    ///
    /// `OUTPUT_TOO_LARGE`: values can be shared inside, so that little memory can hold what is huge as JSON.
    pub(super) fn into_json(self) -> Result<Json, StepFailure> {
        self.to_nested_json(&mut OutputBudget::new())
    }

    fn to_nested_json(&self, budget: &mut OutputBudget) -> Result<Json, StepFailure> {
        budget.take(1)?;
        Ok(match self {
            Self::Null => Json::Null,
            Self::Bool(bool) => Json::Bool(*bool),
            Self::Int(int) => Json::Number(in_range(Number::from_i128(*int))),
            Self::Double(double) => Json::Number(in_range(Number::from_f64(*double))),
            Self::Text(text) => {
                budget.take(text.len() + 1)?;
                Json::String(text.to_string())
            }
            Self::List(list) => {
                budget.take(1)?;
                let items = list.items.iter().map(|item| item.to_nested_json(budget));
                Json::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Map(map) => {
                budget.take(1)?;
                let mut members = JsonMap::new();
                for (key, value) in &map.entries {
                    budget.take(key.len() + 3)?;
                    members.insert(key.to_string(), value.to_nested_json(budget)?);
                }
                Json::Object(members)
            }
        })
    }
}

/// Returns the nesting of a container of these members.
fn depth_above<'a>(members: impl Iterator<Item = &'a Value>) -> Result<usize, Fault> {
    let depth = 1 + members.map(Value::depth).max().unwrap_or(0);
    if depth > limits::MAX_NESTING {
        return Err(too_deep());
    }
    Ok(depth)
}

#[expect(
    clippy::expect_used,
    reason = "the invariants of `Value::Int` and `Value::Double`"
)]
fn in_range(number: Option<Number>) -> Number {
    number.expect("integers fit in 64 bits and doubles are finite")
}

fn too_deep() -> Fault {
    Fault::new(format!(
        "the value is nested more than {} levels deep",
        limits::MAX_NESTING
    ))
}
