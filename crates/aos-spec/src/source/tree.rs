//! A value beside the places of all its parts.

use std::{collections::BTreeMap, ops::Range};

use serde_json::{Map, Value};

use super::pointer;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) spans: Spans,
}

/// Where a value and its parts stand, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Spans {
    pub(super) span: Range<usize>,
    pub(super) children: Children,
}

#[derive(Debug, Clone)]
pub(super) enum Children {
    None,
    Items(Vec<Spans>),
    Members(BTreeMap<String, Member>),
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    key: Range<usize>,
    value: Spans,
}

impl Node {
    pub(super) fn new(value: Value, span: Range<usize>) -> Self {
        let children = Children::None;
        Self {
            value,
            spans: Spans { span, children },
        }
    }

    pub(super) fn list(items: Vec<Self>, span: Range<usize>) -> Self {
        let (values, spans) = items.into_iter().map(|item| (item.value, item.spans)).unzip();
        let children = Children::Items(spans);
        Self {
            value: Value::Array(values),
            spans: Spans { span, children },
        }
    }
}

/// An object that is being read.
#[derive(Default)]
pub(super) struct Members {
    values: Map<String, Value>,
    spans: BTreeMap<String, Member>,
}

impl Members {
    /// Whether the object has a member of this name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.spans.contains_key(name)
    }

    pub(super) fn insert(&mut self, name: String, key: Range<usize>, node: Node) {
        self.values.insert(name.clone(), node.value);
        let value = node.spans;
        self.spans.insert(name, Member { key, value });
    }

    pub(super) fn into_node(self, span: Range<usize>) -> Node {
        let children = Children::Members(self.spans);
        Node {
            value: Value::Object(self.values),
            spans: Spans { span, children },
        }
    }
}

impl Spans {
    /// Returns where the value at `pointer` stands, or the nearest value above it that exists.
    pub(crate) fn find(&self, pointer: &str) -> Option<Range<usize>> {
        let mut found = self;
        for segment in pointer::segments(pointer)? {
            match found.child(&segment) {
                Some((_, child)) => found = child,
                None => break,
            }
        }
        Some(found.span.clone())
    }

    /// Returns where the key of the member at `pointer` stands.
    pub(crate) fn find_key(&self, pointer: &str) -> Option<Range<usize>> {
        let (mut found, mut key) = (self, None);
        for segment in pointer::segments(pointer)? {
            (key, found) = found.child(&segment)?;
        }
        key
    }

    fn child(&self, segment: &str) -> Option<(Option<Range<usize>>, &Self)> {
        match &self.children {
            Children::None => None,
            Children::Items(items) => Some((None, items.get(segment.parse::<usize>().ok()?)?)),
            Children::Members(members) => {
                let member = members.get(segment)?;
                Some((Some(member.key.clone()), &member.value))
            }
        }
    }
}
