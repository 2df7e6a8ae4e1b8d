//! Why an expression has no value.

use aos_spec::{ErrorCode, StepFailure};
use serde_json::json;

/// A problem, and once it is known the place in the expression.
#[derive(Debug)]
pub(super) struct Fault {
    code: ErrorCode,
    message: String,
    at: Option<usize>,
}

impl Fault {
    /// Returns a fault of the expression or of the data that it meets.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            code: ErrorCode::TransformError,
            message: message.into(),
            at: None,
        }
    }

    pub(super) fn fuel_exhausted() -> Self {
        Self {
            code: ErrorCode::FuelExhausted,
            ..Self::new("the expression takes too many steps or too much memory")
        }
    }

    /// Returns the fault with its place, a byte offset, unless it has one already: the innermost place is the best.
    pub(super) fn at(mut self, offset: usize) -> Self {
        self.at.get_or_insert(offset);
        self
    }

    pub(super) fn into_failure(self, source: &str) -> StepFailure {
        let Some(before) = self.at.and_then(|offset| source.get(..offset)) else {
            return StepFailure::new(self.code, self.message);
        };
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|char| *char != '\n').count() + 1;
        let message = format!("line {line}, column {column}: {}", self.message);
        StepFailure::new(self.code, message).with_details(json!({ "line": line, "column": column }))
    }
}
