//! Where rates are counted.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::rate::{RateAnswer, RateLimit};

/// Counts requests against limits that all processes share. Time is that of the store.
#[async_trait]
pub trait RateGate: Send + Sync {
    /// Counts one request against all of `limits`, or against none if any would let it wait for longer than `max_wait`. A
    /// request that was granted has its place, and the caller waits for as long as it was told.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the request counts or not.
    async fn take(&self, limits: &[RateLimit], max_wait: Duration) -> Result<RateAnswer, StoreError>;
}
