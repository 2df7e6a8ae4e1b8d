//! Anchors and aliases of YAML, with a bound on how much they may multiply.

use std::{collections::BTreeMap, ops::Range};

use serde_json::Value;

use super::tree::Node;
use crate::limits;

/// What a value counts beside its text: about what its punctuation takes.
const VALUE_BYTES: usize = 16;

/// The anchored values that have been read so far.
pub(super) struct Anchors {
    by_id: BTreeMap<usize, Option<Anchor>>,
    /// How many bytes anchors and aliases may still copy.
    room: usize,
}

struct Anchor {
    node: Node,
    bytes: usize,
    nesting: usize,
}

/// The reason why an alias has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AliasError {
    /// The anchored value is not complete: it contains the alias.
    Recursive,
    /// All copies together would be larger than a file may be.
    TooLarge,
    /// The value would be nested too deeply in this place.
    TooDeep,
}

impl Anchors {
    pub(super) fn new() -> Self {
        Self {
            by_id: BTreeMap::new(),
            room: limits::MAX_SPEC_BYTES,
        }
    }

    /// Keeps a copy of `node` for aliases; without one when there is no room left.
    pub(super) fn define(&mut self, id: usize, node: &Node) {
        let (bytes, nesting) = measure(&node.value);
        let anchor = self.room.checked_sub(bytes).map(|room| {
            self.room = room;
            let node = node.clone();
            Anchor { node, bytes, nesting }
        });
        self.by_id.insert(id, anchor);
    }

    /// Returns a copy of what the anchor stands for, as found at `span` below `depth` arrays and objects.
    pub(super) fn resolve(
        &mut self,
        id: usize,
        span: Range<usize>,
        depth: usize,
    ) -> Result<Node, AliasError> {
        let anchor = self.by_id.get(&id).ok_or(AliasError::Recursive)?;
        let anchor = anchor.as_ref().ok_or(AliasError::TooLarge)?;
        if depth + anchor.nesting > limits::MAX_NESTING {
            return Err(AliasError::TooDeep);
        }
        self.room = self.room.checked_sub(anchor.bytes).ok_or(AliasError::TooLarge)?;
        let mut node = anchor.node.clone();
        node.spans.span = span;
        Ok(node)
    }
}

/// Returns the approximate size of `value` in bytes, and its depth.
fn measure(value: &Value) -> (usize, usize) {
    let add = |(bytes, nesting): (usize, usize), (more, deep): (usize, usize)| {
        (bytes + more, nesting.max(deep + 1))
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => (VALUE_BYTES, 0),
        Value::String(text) => (VALUE_BYTES + text.len(), 0),
        Value::Array(items) => items.iter().map(measure).fold((VALUE_BYTES, 1), add),
        Value::Object(members) => members.iter().fold((VALUE_BYTES, 1), |sum, (name, member)| {
            let (bytes, nesting) = add(sum, measure(member));
            (bytes + name.len(), nesting)
        }),
    }
}
