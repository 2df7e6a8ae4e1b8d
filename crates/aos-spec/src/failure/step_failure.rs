//! A failed attempt, as data.

use std::time::Duration;

use serde_json::Value;

use super::ErrorCode;
use crate::{Money, limits};

/// Why an attempt of a step failed. Expected failures are data: they are journalled and decide about retries.
///
/// Never put secrets into the message or the details: both are stored, recorded and shown.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StepFailure {
    /// The row of the failure table, which decides whether the step is tried again.
    pub code: ErrorCode,
    /// What happened, for people; at most [`limits::MAX_MESSAGE_BYTES`] bytes.
    pub message: String,
    /// What happened, for programs.
    pub details: Option<Value>,
    /// What the failed attempt cost all the same.
    pub cost: Money,
    /// How long the other side asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

impl StepFailure {
    /// Returns a failure without details that cost nothing. A longer message than allowed is cut.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > limits::MAX_MESSAGE_BYTES {
            message.truncate(message.floor_char_boundary(limits::MAX_MESSAGE_BYTES - '…'.len_utf8()));
            message.push('…');
        }
        Self {
            code,
            message,
            details: None,
            cost: Money::ZERO,
            retry_after: None,
        }
    }

    /// Returns the failure with `details` for programs.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Returns the failure with what the attempt cost.
    #[must_use]
    pub const fn with_cost(mut self, cost: Money) -> Self {
        self.cost = cost;
        self
    }

    /// Returns the failure with the wait that the other side asked for.
    #[must_use]
    pub const fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }
}
