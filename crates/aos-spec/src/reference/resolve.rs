//! Putting values in the place of references.

use serde_json::{Map, Value};

use super::{
    Reference, Segment, Template,
    template::{Node, Part},
};
use crate::{StepId, canonical, limits};

/// Where the values of references come from.
pub trait Resolver {
    /// Returns the parameters of the run.
    fn inputs(&self) -> &Value;

    /// Returns the output of a step; `None` for one that failed under `on_error: continue`, so that every reference
    /// into it is `null`.
    fn output(&self, step: &StepId) -> Option<&Value>;
}

/// The reason why a reference could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The path leaves the value.
    #[error("`{reference}` leads nowhere: there is no {missing}")]
    Missing {
        /// The reference as written.
        reference: String,
        /// The first part of the path that is not there, and what is there instead.
        missing: String,
    },
    /// The resolved inputs are too large.
    #[error(
        "the resolved inputs are larger than {} bytes",
        limits::MAX_RESOLVED_INPUT_BYTES
    )]
    TooLarge,
}

impl Template {
    /// Returns the value with every reference replaced by what it refers to.
    ///
    /// # Errors
    ///
    /// [`ResolveError`] for the first reference that leads nowhere, or when the result grows too large.
    pub fn resolve(&self, resolver: &dyn Resolver) -> Result<Value, ResolveError> {
        let mut budget = limits::MAX_RESOLVED_INPUT_BYTES;
        resolve_node(&self.0, resolver, &mut budget)
    }
}

fn resolve_node(node: &Node, resolver: &dyn Resolver, budget: &mut usize) -> Result<Value, ResolveError> {
    Ok(match node {
        Node::Literal(value) => value.clone(),
        Node::Whole(reference) => {
            let value = look_up(reference, resolver)?;
            spend(budget, value)?;
            value.clone()
        }
        Node::Text(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    Part::Text(literal) => text.push_str(literal),
                    Part::Reference(reference) => {
                        let value = look_up(reference, resolver)?;
                        spend(budget, value)?;
                        push_text(value, &mut text)?;
                    }
                }
            }
            Value::String(text)
        }
        Node::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| resolve_node(item, resolver, budget))
                .collect::<Result<_, _>>()?,
        ),
        Node::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| Ok((name.clone(), resolve_node(member, resolver, budget)?)))
                .collect::<Result<Map<_, _>, ResolveError>>()?,
        ),
    })
}

fn push_text(value: &Value, text: &mut String) -> Result<(), ResolveError> {
    match value {
        Value::String(string) => text.push_str(string),
        other => text.push_str(&canonical::to_string(other).map_err(|_| ResolveError::TooLarge)?),
    }
    Ok(())
}

/// Takes the approximate size of `value` from the budget, so that a few references cannot multiply data without end.
fn spend(budget: &mut usize, value: &Value) -> Result<(), ResolveError> {
    let size = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => return items.iter().try_for_each(|item| spend(budget, item)),
        Value::Object(members) => {
            return members.iter().try_for_each(|(name, member)| {
                *budget = budget.checked_sub(name.len()).ok_or(ResolveError::TooLarge)?;
                spend(budget, member)
            });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    };
    *budget = budget.checked_sub(size).ok_or(ResolveError::TooLarge)?;
    Ok(())
}

fn look_up<'a>(reference: &Reference, resolver: &'a dyn Resolver) -> Result<&'a Value, ResolveError> {
    let root = match &reference.step {
        None => resolver.inputs(),
        Some(step) => match resolver.output(step) {
            Some(output) => output,
            None => return Ok(&Value::Null),
        },
    };
    reference.path.iter().try_fold(root, |value, segment| {
        let found = match (value, segment) {
            (Value::Object(members), Segment::Name(name)) => members.get(name),
            (Value::Array(items), Segment::Index(index)) => items.get(*index),
            (Value::Array(items), Segment::Name(name)) => {
                name.parse::<usize>().ok().and_then(|i| items.get(i))
            }
            _ => None,
        };
        found.ok_or_else(|| ResolveError::Missing {
            reference: reference.to_string(),
            missing: match segment {
                Segment::Name(name) => format!("field `{}` in {}", name.escape_debug(), describe(value)),
                Segment::Index(index) => format!("element {index} in {}", describe(value)),
            },
        })
    })
}

/// Describes a value by its type and members, never by its content, which may be secret.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "a boolean".into(),
        Value::Number(_) => "a number".into(),
        Value::String(_) => "a string".into(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(members) if members.is_empty() => "an empty object".into(),
        Value::Object(members) => {
            let names: Vec<_> = members
                .keys()
                .take(8)
                .map(|name| format!("`{}`", name.escape_debug()))
                .collect();
            let more = if members.len() > names.len() { ", …" } else { "" };
            format!("an object with {}{more}", names.join(", "))
        }
    }
}
