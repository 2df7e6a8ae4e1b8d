//! Why a write is refused, in the same words for every store.

use aos_spec::{
    StepIndex,
    port::{Lease, StoreError},
};

/// The lease does not hold any more.
pub(crate) fn fenced(lease: &Lease) -> StoreError {
    StoreError::Fenced {
        run_id: lease.run_id.clone(),
        token: lease.token,
    }
}

/// The journal has a row of the same step, kind and attempt with another content.
pub(crate) fn row_conflict(lease: &Lease, step: StepIndex) -> StoreError {
    StoreError::Conflict {
        run_id: lease.run_id.clone(),
        reason: format!("the journal has another row for the same attempt of step {step}"),
    }
}

/// The checkpoint has another version than the caller believes.
pub(crate) fn version_conflict(lease: &Lease, stored: u64, expected: u64) -> StoreError {
    StoreError::Conflict {
        run_id: lease.run_id.clone(),
        reason: format!("its checkpoint has version {stored}, not {expected}"),
    }
}
