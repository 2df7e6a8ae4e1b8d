//! The bounds of an analysis. Exceeding one is a violation: what was not analysed does not run.

use serde::{Deserialize, Serialize};

/// How large a plan may be, and how far its strings are decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
