//! The rows of a text while they are gathered.

use aos_spec::{ErrorCode, StepFailure};
use serde_json::Value;

use crate::budget::OutputBudget;

/// Gathers rows within an [`OutputBudget`], for as long as the attempt is not cancelled.
pub(super) struct Rows {
    rows: Vec<Value>,
    budget: OutputBudget,
    is_cancelled: Box<dyn Fn() -> bool + Send>,
}

impl Rows {
    pub(super) fn new(is_cancelled: impl Fn() -> bool + Send + 'static) -> Self {
        Self {
            rows: Vec::new(),
            budget: OutputBudget::new(),
            is_cancelled: Box::new(is_cancelled),
        }
    }

    /// Pays for a row of `bytes`, which is to be pushed next.
    ///
    /// # Errors
    ///
    /// `OUTPUT_TOO_LARGE` or `CANCELLED`.
    pub(super) fn pay(&mut self, bytes: usize) -> Result<(), StepFailure> {
        if (self.is_cancelled)() {
            return Err(StepFailure::new(ErrorCode::Cancelled, "cancelled while parsing"));
        }
        self.budget.take(bytes)
    }

    pub(super) fn push(&mut self, row: Value) {
        self.rows.push(row);
    }

    pub(super) fn into_value(self) -> Value {
        Value::Array(self.rows)
    }
}
