//! Counters by error code.

use std::collections::BTreeMap;

use aos_spec::ErrorCode;
use metrics::{Counter, Recorder};

use crate::{
    catalogue::{Metric, OTHER},
    register,
};

/// What a policy denies with.
pub(crate) const DENIALS: &[ErrorCode] = &[
    ErrorCode::EmergencyStop,
    ErrorCode::BudgetExceeded,
    ErrorCode::StepCeilingExceeded,
    ErrorCode::WorkflowCeilingExceeded,
    ErrorCode::AgentBudgetExceeded,
    ErrorCode::RateLimited,
    ErrorCode::QuotaExhausted,
    ErrorCode::IdempotencyRequired,
    ErrorCode::PermissionDenied,
    ErrorCode::TenantSuspended,
    ErrorCode::PolicyViolation,
];

/// One counter for each of some codes, and one for all others.
pub(crate) struct ByCode {
    counters: BTreeMap<ErrorCode, Counter>,
    other: Counter,
}

impl ByCode {
    pub(crate) fn new(
        recorder: &dyn Recorder,
        metric: &Metric,
        codes: impl IntoIterator<Item = ErrorCode>,
    ) -> Self {
        let counter = |code: ErrorCode| (code, register::counter(recorder, metric, Some(code.as_str())));
        Self {
            counters: codes.into_iter().map(counter).collect(),
            other: register::counter(recorder, metric, Some(OTHER)),
        }
    }

    pub(crate) fn increment(&self, code: ErrorCode) {
        self.counters.get(&code).unwrap_or(&self.other).increment(1);
    }
}
