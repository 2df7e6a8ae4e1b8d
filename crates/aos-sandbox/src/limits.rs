//! The bounds of an analysis. Exceeding one is a violation: what was not analysed does not run.

use aos_spec::limits;
use serde::{Deserialize, Serialize};

/// How large a plan may be, and how far its strings are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes of a plan.
    pub max_plan_bytes: usize,
    /// Deepest nesting of arrays and objects in a plan.
    pub max_depth: usize,
    /// Most steps of a plan, nested plans included.
    pub max_steps: usize,
    /// Most bytes of one string.
    pub max_string_bytes: usize,
    /// Most encodings inside one another.
    pub max_decode_depth: usize,
    /// Most readings of one string.
    pub max_decode_views: usize,
    /// Most findings that a report lists.
    pub max_findings: usize,
}

impl Default for Limits {
    /// Returns the limits for plans as planners write them.
    fn default() -> Self {
        Self {
            max_plan_bytes: 1024 * 1024,
            max_depth: 32,
            max_steps: 256,
            max_string_bytes: 64 * 1024,
            max_decode_depth: 4,
            max_decode_views: 16,
            max_findings: 1_000,
        }
    }
}

impl Limits {
    /// Returns the limits for workflows that an engine has accepted: they may be as large as workflows may be at all.
    pub(crate) fn of_workflows() -> Self {
        Self {
            max_plan_bytes: limits::MAX_SPEC_BYTES,
            // The values of steps stand a few levels deep in the workflow.
            max_depth: limits::MAX_NESTING + 8,
            max_steps: limits::MAX_STEPS,
            ..Self::default()
        }
    }
}

/// Limits as an operator sets them. What is left out is at its default: for a plan that of [`Limits`], for a workflow that
/// is about to run that of workflows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of `Limits`")]
#[non_exhaustive]
pub struct LimitOptions {
    pub max_plan_bytes: Option<usize>,
    pub max_depth: Option<usize>,
    pub max_steps: Option<usize>,
    pub max_string_bytes: Option<usize>,
    pub max_decode_depth: Option<usize>,
    pub max_decode_views: Option<usize>,
    pub max_findings: Option<usize>,
}

impl LimitOptions {
    /// Returns the limits that are set, and those of `default` for the others.
    pub(crate) fn or(&self, default: &Limits) -> Limits {
        Limits {
            max_plan_bytes: self.max_plan_bytes.unwrap_or(default.max_plan_bytes),
            max_depth: self.max_depth.unwrap_or(default.max_depth),
            max_steps: self.max_steps.unwrap_or(default.max_steps),
            max_string_bytes: self.max_string_bytes.unwrap_or(default.max_string_bytes),
            max_decode_depth: self.max_decode_depth.unwrap_or(default.max_decode_depth),
            max_decode_views: self.max_decode_views.unwrap_or(default.max_decode_views),
            max_findings: self.max_findings.unwrap_or(default.max_findings),
        }
    }
}

impl From<Limits> for LimitOptions {
    /// Returns options that set every limit.
    fn from(limits: Limits) -> Self {
        Self {
            max_plan_bytes: Some(limits.max_plan_bytes),
            max_depth: Some(limits.max_depth),
            max_steps: Some(limits.max_steps),
            max_string_bytes: Some(limits.max_string_bytes),
            max_decode_depth: Some(limits.max_decode_depth),
            max_decode_views: Some(limits.max_decode_views),
            max_findings: Some(limits.max_findings),
        }
    }
}
