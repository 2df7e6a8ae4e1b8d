//! One difference between two goldens.

use std::fmt;

use aos_spec::{ContentHash, StepId, canonical};
use serde::Serialize;
use serde_json::Value;

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The goldens are of different workflows; nothing else is compared.
    SpecDrift,
    /// The seeds differ. When those of the runs do, nothing else is compared.
    SeedDrift,
    /// The same steps are in another order.
    OrderChanged,
    /// The run or a step ended in another state.
    StatusChanged,
    /// What was expected is not there.
    Missing,
    /// What is there was not expected.
    Extra,
    /// A value is of another JSON type.
    TypeChanged,
    /// A value is another one.
    ValueChanged,
    /// A list has another length, and more of it differs than a gap.
    LengthChanged,
}

impl DifferenceKind {
    /// Returns the kind in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SpecDrift => "another workflow",
            Self::SeedDrift => "another seed",
            Self::OrderChanged => "another order",
            Self::StatusChanged => "another status",
            Self::Missing => "missing",
            Self::Extra => "not expected",
            Self::TypeChanged => "another type",
            Self::ValueChanged => "another value",
            Self::LengthChanged => "another length",
        }
    }
}

/// In what the actual golden differs from the expected one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// Where it is, as a JSON Pointer whose first segment is the number of the line, from 0: in the expected golden, or in the
    /// actual one for what was not expected.
    pub pointer: String,
    /// The step that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_id: Option<StepId>,
    /// What was expected. Of a large value, the beginning, length and hash, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// What is there. Of a large value, the beginning, length and hash, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
}

impl fmt::Display for Difference {
    /// Writes one line, with long values cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step_id) = &self.step_id {
            write!(f, "step `{step_id}`, ")?;
        }
        write!(f, "`{}`: {}", self.pointer, self.kind.as_str())?;
        if let Some(expected) = &self.expected {
            write!(f, ", expected {}", shortened(expected))?;
        }
        if let Some(actual) = &self.actual {
            write!(f, ", found {}", shortened(actual))?;
        }
        Ok(())
    }
}

const MAX_SHOWN_CHARS: usize = 120;

/// Returns the value as JSON text on one line, cut when it is long.
pub(crate) fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

const MAX_KEPT_BYTES: usize = 4 * 1024;

/// Returns the value itself, or a description when it is large, so that differences of large goldens stay small.
pub(super) fn excerpt(value: &Value) -> Value {
    let text = canonical::to_string(value).unwrap_or_else(|_| value.to_string());
    if text.len() <= MAX_KEPT_BYTES {
        return value.clone();
    }
    let beginning = &text[..text.floor_char_boundary(200)];
    let hash = ContentHash::of_bytes(text.as_bytes());
    format!("{beginning}… ({} bytes, hash {hash})", text.len()).into()
}
