//! Where budgets are kept.

use async_trait::async_trait;

use super::StoreError;
use crate::budget::{Account, BudgetUsage, Hold, Holding};

/// Keeps what runs hold of their budgets and what they were charged.
///
/// Implemented by the store that keeps the runs, because a run is charged in the same transaction in which its
/// checkpoint is saved in another state than `running`: what all its attempts have cost follows from the journal, so
/// that the row of a result is at the same time the proof of what it cost. What a crashed run holds stays held until it
/// is resumed or deleted. A run is charged to the periods in which it began to hold.
#[async_trait]
pub trait BudgetLedger: Send + Sync {
    /// Lets a run hold an amount on all its limits at once, or on none. What is held when this returns is durable, and no
    /// other run of any process can hold it. A run never comes to hold less by asking.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] when the run is not `running` in this store; [`StoreError::Unavailable`],
    /// [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the run holds the amount or not; asking again settles it.
    async fn hold(&self, hold: &Hold) -> Result<Holding, StoreError>;

    /// Returns what is spent from an account and held of it in the present periods.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    async fn usage(&self, account: &Account) -> Result<Vec<BudgetUsage>, StoreError>;
}
