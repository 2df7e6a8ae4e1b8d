//! What state a run and a step are in.
//!
//! These enums are the only list of states: stores, tables, metrics and the command line take their words from here.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Accepted, and not yet started by any engine.
    Queued,
    /// Owned by an engine, or left behind by one that crashed.
    Running,
    /// Stopped by an operator between two steps; `resume` goes on.
    Paused,
    /// Waits for a person, for example because the end of a `once` effect is unknown.
    Suspended,
    /// All steps have ended and none of them ended the run.
    Completed,
    /// A step failed and its error mode was `abort`.
    Failed,
    /// An operator gave the run up while a person's decision was due.
    Aborted,
    /// Cancelled on request.
    Cancelled,
    /// The time limit of the run passed.
    Timeout,
    /// A ceiling or an agent's budget did not cover the next step.
    BudgetExceeded,
    /// A rule other than a budget refused a step.
    PolicyViolation,
    /// The planner sandbox refused the plan, or a hostile value at run time.
    SandboxRejected,
    /// The emergency stop ended the run; once released, `resume` goes on.
    EmergencyStopped,
}

impl RunStatus {
    /// All states, in the order of their declaration.
    pub const ALL: [Self; 13] = [
        Self::Queued,
        Self::Running,
        Self::Paused,
        Self::Suspended,
        Self::Completed,
        Self::Failed,
        Self::Aborted,
        Self::Cancelled,
        Self::Timeout,
        Self::BudgetExceeded,
        Self::PolicyViolation,
        Self::SandboxRejected,
        Self::EmergencyStopped,
    ];

    /// Returns the word for this state in JSON, tables, labels and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
            Self::BudgetExceeded => "budget_exceeded",
            Self::PolicyViolation => "policy_violation",
            Self::SandboxRejected => "sandbox_rejected",
            Self::EmergencyStopped => "emergency_stopped",
        }
    }

    /// Whether the run has ended for good: nothing can resume it.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(
            self,
            Self::Queued | Self::Running | Self::Paused | Self::Suspended | Self::EmergencyStopped
        )
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a [`RunStatus`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a run status", .0.escape_debug())]
pub struct UnknownStatus(
    /// The refused text.
    pub String,
);

impl FromStr for RunStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.into()))
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// The skill answered.
    Completed,
    /// The last attempt failed.
    Failed,
    /// The step failed under `on_error: skip`, or it depends on a step that was skipped.
    Skipped,
}

impl StepStatus {
    /// Returns the word for this state in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for StepStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::RunStatus;

    #[test]
    fn every_status_reads_back_and_equals_its_json() {
        for status in RunStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert!("done".parse::<RunStatus>().is_err());
    }
}
