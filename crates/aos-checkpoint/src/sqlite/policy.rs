//! The ports of policies: budgets, rates, idempotency keys and the emergency stop.

use std::time::Duration;

use aos_spec::{
    budget::{Account, BudgetUsage, Hold, Holding},
    port::{
        BudgetLedger, IdempotencyKeys, KeyAnswer, KeyClaim, RateGate, StopScope, StopSwitch, StoreError,
        SwitchState,
    },
    rate::{RateAnswer, RateLimit},
};
use async_trait::async_trait;

use super::{
    SqliteCheckpointStore, budget,
    command::{Command, Other},
    error::unavailable,
    switch,
};

#[async_trait]
impl BudgetLedger for SqliteCheckpointStore {
    async fn hold(&self, hold: &Hold) -> Result<Holding, StoreError> {
        let command = |call| Command::Other(Other::Hold(call));
        self.ask(command, hold.clone()).await
    }

    async fn usage(&self, account: &Account) -> Result<Vec<BudgetUsage>, StoreError> {
        let usage = async {
            let mut snapshot = self.readers.begin().await?;
            budget::usage(&mut snapshot, account, self.clock.now()).await
        };
        usage.await.map_err(|error| unavailable(&self.path, &error))
    }
}

#[async_trait]
impl RateGate for SqliteCheckpointStore {
    async fn take(&self, limits: &[RateLimit], max_wait: Duration) -> Result<RateAnswer, StoreError> {
        let command = |call| Command::Other(Other::Take(call));
        self.ask(command, (limits.to_vec(), max_wait)).await
    }
}

#[async_trait]
impl IdempotencyKeys for SqliteCheckpointStore {
    async fn claim(&self, claim: &KeyClaim) -> Result<KeyAnswer, StoreError> {
        let command = |call| Command::Other(Other::Claim(call));
        self.ask(command, claim.clone()).await
    }
}

#[async_trait]
impl StopSwitch for SqliteCheckpointStore {
    async fn read(&self) -> Result<SwitchState, StoreError> {
        switch::read(&self.readers)
            .await
            .map_err(|error| unavailable(&self.path, &error))
    }

    async fn stop(&self, scope: &StopScope, reason: &str) -> Result<u64, StoreError> {
        let command = |call| Command::Other(Other::Stop(call));
        self.ask(command, (scope.clone(), reason.into())).await
    }

    async fn release(&self, scope: &StopScope, reason: &str) -> Result<bool, StoreError> {
        let command = |call| Command::Other(Other::Release(call));
        self.ask(command, (scope.clone(), reason.into())).await
    }
}
