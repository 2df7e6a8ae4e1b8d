//! Putting values in the place of references.

use serde_json::Value;

use super::{
    Reference, Segment, Template,
    template::{Node, Part},
};
use crate::{ErrorCode, StepId, canonical, limits};

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
    /// A referred value is nested so deeply that it does not fit in its place.
    #[error(
        "the resolved inputs are nested more than {} levels deep",
        limits::MAX_NESTING
    )]
    TooDeep,
}

impl ResolveError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Missing { .. } => ErrorCode::InvalidReference,
            Self::TooLarge | Self::TooDeep => ErrorCode::LimitExceeded,
        }
    }
}

impl Template {
    /// Returns the value with every reference replaced by what it refers to.
    ///
    /// # Errors
    ///
    /// [`ResolveError`] for the first reference that leads nowhere, or when the result grows too large or too deep.
    pub fn resolve(&self, resolver: &dyn Resolver) -> Result<Value, ResolveError> {
        let mut resolution = Resolution {
            resolver,
            room: limits::MAX_RESOLVED_INPUT_BYTES,
        };
        resolution.node(&self.0, 0)
    }
}

struct Resolution<'a> {
    resolver: &'a dyn Resolver,
    /// How many bytes the referred values may still have, so that a few references cannot multiply data without end.
    room: usize,
}

impl Resolution<'_> {
    /// Returns the value of `node`, which stands below `depth` arrays and objects.
    fn node(&mut self, node: &Node, depth: usize) -> Result<Value, ResolveError> {
        Ok(match node {
            Node::Literal(value) => value.clone(),
            Node::Whole(reference) => {
                let value = look_up(reference, self.resolver)?;
                self.spend(value, depth)?;
                value.clone()
            }
            Node::Text(parts) => Value::String(self.text(parts)?),
            Node::Array(items) => {
                let items = items.iter().map(|item| self.node(item, depth + 1));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Node::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), self.node(member, depth + 1)?)));
                Value::Object(members.collect::<Result<_, ResolveError>>()?)
            }
        })
    }

    fn text(&mut self, parts: &[Part]) -> Result<String, ResolveError> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Reference(reference) => {
                    let value = look_up(reference, self.resolver)?;
                    self.spend(value, 0)?;
                    match value {
                        Value::String(string) => text.push_str(string),
                        other => {
                            text.push_str(&canonical::to_string(other).map_err(|_| ResolveError::TooDeep)?);
                        }
                    }
                }
            }
        }
        Ok(text)
    }

    /// Takes the approximate size of `value` from the room, and sees that it is not nested too deeply.
    fn spend(&mut self, value: &Value, depth: usize) -> Result<(), ResolveError> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.take(8),
            Value::String(text) => self.take(text.len()),
            Value::Array(_) | Value::Object(_) if depth >= limits::MAX_NESTING => Err(ResolveError::TooDeep),
            Value::Array(items) => items.iter().try_for_each(|item| self.spend(item, depth + 1)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.take(name.len())?;
                self.spend(member, depth + 1)
            }),
        }
    }

    fn take(&mut self, bytes: usize) -> Result<(), ResolveError> {
        self.room = self.room.checked_sub(bytes).ok_or(ResolveError::TooLarge)?;
        Ok(())
    }
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
            (Value::Array(items), Segment::Name(name)) if name.bytes().all(|b| b.is_ascii_digit()) => {
                name.parse::<usize>().ok().and_then(|index| items.get(index))
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
