//! What is wrong with a policy file, and how a refusal reads as an error.

use std::fmt;

use aos_spec::{ErrorCode, Money, failure::ErrorClass};
use serde_json::Value;

use crate::Rule;

/// A policy cannot be used; nothing may start without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("read policy `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// The text is not a policy.
    #[error("read the policy, line {line}, column {column}: {message}")]
    Invalid {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// An environment variable does not hold what it should.
    #[error("read the policy, environment variable `{name}`: {message}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        message: String,
    },
}

impl ConfigError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable { .. } => ErrorCode::IoError,
            Self::Invalid { .. } | Self::Variable { .. } => ErrorCode::InvalidInput,
        }
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}

/// Which budget has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetKind {
    /// The ceiling of a step.
    Step,
    /// The ceiling of a run.
    Workflow,
    /// What an agent, its tenant or the workflow may spend over all runs.
    Agent,
}

impl BudgetKind {
    /// Returns the word for this kind in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Workflow => "workflow",
            Self::Agent => "agent",
        }
    }
}

impl fmt::Display for BudgetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A step was refused because a budget has no room for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} budget has no room: {current} of {limit} cents are taken and {requested} are asked for")]
pub struct BudgetExceededError {
    /// Which budget.
    pub kind: BudgetKind,
    /// The most that may be spent.
    pub limit: Money,
    /// What is taken already.
    pub current: Money,
    /// What the step asks for.
    pub requested: Money,
}

/// A step was refused by a rule that is not a budget.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the rule `{rule}` refused it: {message}")]
pub struct PolicyViolationError {
    /// The rule.
    pub rule: Rule,
    /// What was refused and why.
    pub message: String,
    /// The same for programs.
    pub details: Value,
}

/// Why a step may not execute.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RefusedError {
    /// A budget has no room.
    #[error(transparent)]
    Budget(#[from] BudgetExceededError),
    /// Another rule refused it.
    #[error(transparent)]
    Violation(#[from] PolicyViolationError),
}
