//! Inputs with their references found, ready to be resolved many times.

use serde_json::Value;

use super::{MalformedReference, Reference};

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

impl Template {
    /// Returns the template of an empty object.
    #[must_use]
    pub fn empty() -> Self {
        Self(Node::Literal(Value::Object(serde_json::Map::new())))
    }

    /// Finds the references in `value`.
    ///
    /// # Errors
    ///
    /// All malformed references, each with the JSON Pointer of its string below `pointer`.
    pub fn parse(value: &Value, pointer: &str) -> Result<Self, Vec<(String, MalformedReference)>> {
        let mut problems = Vec::new();
        let node = parse_node(value, &mut pointer.to_owned(), &mut problems);
        if problems.is_empty() {
            Ok(Self(node))
        } else {
            Err(problems)
        }
    }

    /// Calls `visit` with each reference and the JSON Pointer of its string, in document order.
    pub fn visit_references<'a>(&'a self, pointer: &str, mut visit: impl FnMut(&str, &'a Reference)) {
        visit_node(&self.0, &mut pointer.to_owned(), &mut visit);
    }
}

/// Runs `work` with `segment` appended to the JSON Pointer `pointer`, escaped as RFC 6901 asks.
fn descend<T>(pointer: &mut String, segment: &str, work: impl FnOnce(&mut String) -> T) -> T {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    let result = work(pointer);
    pointer.truncate(length);
    result
}

fn parse_node(value: &Value, pointer: &mut String, problems: &mut Vec<(String, MalformedReference)>) -> Node {
    match value {
        Value::String(text) => parse_text(text).unwrap_or_else(|problem| {
            problems.push((pointer.clone(), problem));
            Node::Literal(Value::Null)
        }),
        Value::Array(items) => {
            let nodes: Vec<_> = items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    descend(pointer, &index.to_string(), |pointer| {
                        parse_node(item, pointer, problems)
                    })
                })
                .collect();
            if nodes
                .iter()
                .zip(items)
                .all(|(node, item)| is_unchanged(node, item))
            {
                return Node::Literal(value.clone());
            }
            Node::Array(nodes)
        }
        Value::Object(members) => {
            let nodes: Vec<_> = members
                .iter()
                .map(|(name, member)| {
                    let node = descend(pointer, name, |pointer| parse_node(member, pointer, problems));
                    (name.clone(), node)
                })
                .collect();
            if nodes
                .iter()
                .zip(members.values())
                .all(|((_, node), member)| is_unchanged(node, member))
            {
                return Node::Literal(value.clone());
            }
            Node::Object(nodes)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Node::Literal(value.clone()),
    }
}

/// Whether `node` is `value` itself, so that no `$${` was unescaped below it.
fn is_unchanged(node: &Node, value: &Value) -> bool {
    matches!(node, Node::Literal(literal) if literal == value)
}

fn parse_text(text: &str) -> Result<Node, MalformedReference> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        literal.push_str(&rest[..dollar]);
        rest = &rest[dollar..];
        if let Some(after) = rest.strip_prefix("$${") {
            literal.push_str("${");
            rest = after;
        } else if rest.starts_with("${") {
            let (reference, after) = Reference::parse_prefix(rest)?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Reference(reference));
            rest = after;
        } else {
            literal.push('$');
            rest = &rest[1..];
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(match <[Part; 1]>::try_from(parts) {
        Ok([Part::Reference(reference)]) => Node::Whole(reference),
        Ok([Part::Text(text)]) => Node::Literal(text.into()),
        Err(parts) if parts.is_empty() => Node::Literal("".into()),
        Err(parts) => Node::Text(parts),
    })
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
