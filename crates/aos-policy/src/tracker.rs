//! Budgets kept in this process, for programs without a store that keeps them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aos_spec::{
    Money, RunId,
    budget::{Account, Book, BudgetUsage, Hold, Holding},
    port::{BudgetLedger, Clock, StoreError},
};
use async_trait::async_trait;

/// Keeps what agents, tenants and workflows may spend on a day, in a month and in all, over all runs of this process.
///
/// Forgets everything when it is dropped. The stores of AOS keep the same book durably, and share it with other
/// processes.
pub struct BudgetTracker {
    clock: Arc<dyn Clock>,
    book: Mutex<Book>,
}

impl BudgetTracker {
    /// Returns a tracker in which nothing is spent, that takes the time from `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            book: Mutex::default(),
        }
    }

    /// Charges a run what it has `cost` from its beginning on, and gives back the rest of what it holds. Charging it the
    /// same again changes nothing.
    pub fn settle(&self, run_id: &RunId, cost: Money) {
        self.book().settle(run_id, cost);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BudgetLedger for BudgetTracker {
    async fn hold(&self, hold: &Hold) -> Result<Holding, StoreError> {
        Ok(self.book().hold(hold, self.clock.now()))
    }

    async fn usage(&self, account: &Account) -> Result<Vec<BudgetUsage>, StoreError> {
        Ok(self.book().usage(account, self.clock.now()))
    }
}

impl std::fmt::Debug for BudgetTracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BudgetTracker").finish_non_exhaustive()
    }
}
