//! What the rows of a journal hold, as canonical JSON.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{ErrorCode, Money, RunStatus, StepFailure, StepId, StepResult, StepStatus, port::Denial};

/// The body of [`RowKind::Failed`](super::RowKind::Failed). Fields are declared in the order of their names, which is the canonical one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailedBody<'a> {
    cost_micro_cents: u64,
    error: Cow<'a, str>,
    error_code: ErrorCode,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    error_details: Option<Cow<'a, Value>>,
}

/// The body of [`RowKind::Ended`](super::RowKind::Ended): all of a result but its duration, which differs from run to run, and the hint, whose
/// wording may change. Fields are declared in the order of their names, because this is on the path of every step.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndedBody<'a> {
    cost_micro_cents: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_code: Option<ErrorCode>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    error_details: Option<Cow<'a, Value>>,
    output: Cow<'a, Value>,
    retries: u32,
    status: StepStatus,
    step_id: StepId,
}

/// The body of [`RowKind::Denied`](super::RowKind::Denied). Fields are declared in the order of their names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeniedBody<'a> {
    error: Cow<'a, str>,
    error_code: ErrorCode,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    error_details: Option<Cow<'a, Value>>,
    status: RunStatus,
}

impl<'a> DeniedBody<'a> {
    pub(super) fn of(denial: &'a Denial) -> Self {
        Self {
            error: Cow::Borrowed(&denial.message),
            error_code: denial.code,
            error_details: denial.details.as_ref().map(Cow::Borrowed),
            status: denial.status,
        }
    }

    pub(super) fn into_denial(self) -> Denial {
        let mut denial = Denial::new(self.status, self.error_code, self.error);
        denial.details = self.error_details.map(Cow::into_owned);
        denial
    }
}

/// Reads a value that is present, so that an explicit `null` is kept apart from an absent field.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'a> FailedBody<'a> {
    pub(super) fn of(failure: &'a StepFailure) -> Self {
        Self {
            cost_micro_cents: failure.cost.as_micro_cents(),
            error: Cow::Borrowed(&failure.message),
            error_code: failure.code,
            error_details: failure.details.as_ref().map(Cow::Borrowed),
        }
    }

    pub(super) fn into_failure(self) -> Option<StepFailure> {
        let cost = Money::from_micro_cents(self.cost_micro_cents)?;
        let mut failure = StepFailure::new(self.error_code, self.error).with_cost(cost);
        failure.details = self.error_details.map(Cow::into_owned);
        Some(failure)
    }
}

impl<'a> EndedBody<'a> {
    pub(super) fn of(result: &'a StepResult) -> Self {
        Self {
            cost_micro_cents: result.cost_cents.as_micro_cents(),
            error: result.error.as_deref().map(Cow::Borrowed),
            error_code: result.error_code,
            error_details: result.error_details.as_ref().map(Cow::Borrowed),
            output: Cow::Borrowed(&result.output),
            retries: result.retries,
            status: result.status,
            step_id: result.step_id.clone(),
        }
    }

    pub(super) fn into_result(self, duration_ms: u64) -> Option<StepResult> {
        Some(StepResult {
            step_id: self.step_id,
            success: self.status == StepStatus::Completed,
            status: self.status,
            output: self.output.into_owned(),
            error: self.error.map(Cow::into_owned),
            error_code: self.error_code,
            error_details: self.error_details.map(Cow::into_owned),
            recovery_hint: self.error_code.map(|code| code.info().advice.into()),
            duration_ms,
            cost_cents: Money::from_micro_cents(self.cost_micro_cents)?,
            retries: self.retries,
        })
    }
}
