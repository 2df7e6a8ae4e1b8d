//! Inputs with their references found, ready to be resolved many times.

use serde_json::{Map, Value};

use super::{MalformedReference, Reference};
use crate::{
    ErrorCode, limits,
    source::pointer::{self, descend},
};

/// A JSON value whose strings may hold references.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(pub(super) Node);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// A value without references.
    Literal(Value),
    /// A string that is exactly one reference.
    Whole(Reference),
    /// A longer string.
    Text(Vec<Part>),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    Reference(Reference),
}

/// The reason why a value is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A string holds something that looks like a reference and is none.
    #[error(transparent)]
    Malformed(#[from] MalformedReference),
    /// Nested more deeply than [`limits::MAX_NESTING`].
    #[error("nested more than {} levels deep", limits::MAX_NESTING)]
    TooDeep,
}

impl TemplateError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(_) => ErrorCode::InvalidReference,
            Self::TooDeep => ErrorCode::LimitExceeded,
        }
    }
}

impl Template {
    /// Returns the template of an empty object.
    #[must_use]
    pub fn empty() -> Self {
        Self(Node::Literal(Value::Object(Map::new())))
    }

    /// Finds the references in `value`.
    ///
    /// # Errors
    ///
    /// All that is wrong, each with the JSON Pointer of its place below `pointer`.
    pub fn parse(value: &Value, pointer: &str) -> Result<Self, Vec<(String, TemplateError)>> {
        let mut errors = Vec::new();
        let mut parser = Parser {
            pointer: pointer.to_owned(),
            report: |pointer: &str, error| errors.push((pointer.to_owned(), error)),
        };
        let node = parser.node(value, 0);
        if errors.is_empty() {
            Ok(Self(node.unwrap_or_else(|| Node::Literal(value.clone()))))
        } else {
            Err(errors)
        }
    }

    /// Finds the references in the object of `members`; what is wrong is reported and left out.
    pub(crate) fn of_members(
        members: &Map<String, Value>,
        pointer: &str,
        report: impl FnMut(&str, TemplateError),
    ) -> Self {
        let mut parser = Parser {
            pointer: pointer.to_owned(),
            report,
        };
        let node = parser.object(members, 1);
        Self(node.unwrap_or_else(|| Node::Literal(Value::Object(members.clone()))))
    }

    /// Calls `visit` with each reference and the JSON Pointer of its string, in document order.
    pub fn visit_references<'a>(&'a self, pointer: &str, mut visit: impl FnMut(&str, &'a Reference)) {
        visit_node(&self.0, &mut pointer.to_owned(), &mut visit);
    }
}

struct Parser<F> {
    pointer: String,
    report: F,
}

impl<F: FnMut(&str, TemplateError)> Parser<F> {
    /// Returns the node of `value`, which stands below `depth` arrays and objects; `None` when the value has neither
    /// references nor escapes, so that it is a literal as a whole.
    fn node(&mut self, value: &Value, depth: usize) -> Option<Node> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(_) | Value::Object(_) if depth >= limits::MAX_NESTING => {
                (self.report)(&self.pointer, TemplateError::TooDeep);
                None
            }
            Value::Array(items) => self.array(items, depth + 1),
            Value::Object(members) => self.object(members, depth + 1),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }

    fn array(&mut self, items: &[Value], depth: usize) -> Option<Node> {
        let nodes: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.below(&index.to_string(), |parser| parser.node(item, depth)))
            .collect();
        nodes.iter().any(Option::is_some).then(|| {
            let nodes = nodes.into_iter().zip(items);
            Node::Array(
                nodes
                    .map(|(node, item)| node.unwrap_or_else(|| Node::Literal(item.clone())))
                    .collect(),
            )
        })
    }

    fn object(&mut self, members: &Map<String, Value>, depth: usize) -> Option<Node> {
        let nodes: Vec<_> = members
            .iter()
            .map(|(name, member)| self.below(name, |parser| parser.node(member, depth)))
            .collect();
        nodes.iter().any(Option::is_some).then(|| {
            let nodes = nodes.into_iter().zip(members);
            let nodes = nodes.map(|(node, (name, member))| {
                (
                    name.clone(),
                    node.unwrap_or_else(|| Node::Literal(member.clone())),
                )
            });
            Node::Object(nodes.collect())
        })
    }

    fn text(&mut self, text: &str) -> Option<Node> {
        if !text.contains("${") {
            return None;
        }
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            literal.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            if let Some(after) = rest.strip_prefix("$${") {
                literal.push_str("${");
                rest = after;
                continue;
            }
            if rest.starts_with("${") {
                match Reference::parse_prefix(rest) {
                    Ok((reference, after)) => {
                        if !literal.is_empty() {
                            parts.push(Part::Text(std::mem::take(&mut literal)));
                        }
                        parts.push(Part::Reference(reference));
                        rest = after;
                        continue;
                    }
                    Err(malformed) => (self.report)(&self.pointer, malformed.into()),
                }
            }
            literal.push('$');
            rest = &rest[1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Some(match <[Part; 1]>::try_from(parts) {
            Ok([Part::Reference(reference)]) => Node::Whole(reference),
            Ok([Part::Text(text)]) => Node::Literal(text.into()),
            Err(parts) => Node::Text(parts),
        })
    }

    fn below<T>(&mut self, segment: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        pointer::push(&mut self.pointer, segment);
        let result = work(self);
        self.pointer.truncate(length);
        result
    }
}

fn visit_node<'a>(node: &'a Node, pointer: &mut String, visit: &mut impl FnMut(&str, &'a Reference)) {
    match node {
        Node::Literal(_) => {}
        Node::Whole(reference) => visit(pointer, reference),
        Node::Text(parts) => {
            for part in parts {
                if let Part::Reference(reference) = part {
                    visit(pointer, reference);
                }
            }
        }
        Node::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                descend(pointer, &index.to_string(), |pointer| {
                    visit_node(item, pointer, visit);
                });
            }
        }
        Node::Object(members) => {
            for (name, member) in members {
                descend(pointer, name, |pointer| visit_node(member, pointer, visit));
            }
        }
    }
}
