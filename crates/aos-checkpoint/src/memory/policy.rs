//! Budgets, rates, idempotency keys and the emergency stop in memory.

use std::{collections::BTreeMap, time::Duration};

use aos_spec::{
    ContentHash, Money, RunId, RunStatus, Timestamp,
    budget::{Account, Book, BudgetUsage, Hold, Holding},
    port::{
        BudgetLedger, IdempotencyKeys, KeyAnswer, KeyClaim, KeyUse, RateGate, StopOrder, StopScope,
        StopSwitch, StoreError, SwitchState,
    },
    rate::{self, RateAnswer, RateLimit},
};
use async_trait::async_trait;

use super::InMemoryCheckpointStore;

/// What is kept for policies.
#[derive(Debug, Default)]
pub(super) struct Policy {
    book: Book,
    /// When the next request is due, by key.
    rates: BTreeMap<String, Timestamp>,
    /// The request that each owner's key stands for, and who used it first.
    keys: BTreeMap<(Option<Account>, String), (ContentHash, KeyUse)>,
    stops: BTreeMap<StopScope, StopOrder>,
    generation: u64,
}

impl Policy {
    /// Charges a run that lets go.
    pub(super) fn settle(&mut self, run_id: &RunId, cost: Money, is_over: bool) {
        self.book.settle(run_id, cost);
        if is_over {
            self.book.forget(run_id);
        }
    }

    fn take(&mut self, limits: &[RateLimit], max_wait: Duration, now: Timestamp) -> RateAnswer {
        let due = |limit: &RateLimit| self.rates.get(&limit.key).copied();
        let asked: Vec<_> = limits.iter().map(|limit| (limit, due(limit))).collect();
        let (answer, next) = rate::take(&asked, now, max_wait);
        for (limit, due) in limits.iter().zip(next) {
            self.rates.insert(limit.key.clone(), due);
        }
        answer
    }

    fn claim(&mut self, claim: &KeyClaim, now: Timestamp) -> KeyAnswer {
        let first = KeyUse {
            run_id: claim.run_id.clone(),
            step_id: claim.step_id.clone(),
            since: now,
        };
        let key = (claim.owner.clone(), claim.key.clone());
        let (request, used) = self.keys.entry(key).or_insert((claim.request, first));
        if *request == claim.request {
            KeyAnswer::Granted
        } else {
            KeyAnswer::Taken(used.clone())
        }
    }

    fn stop(&mut self, scope: &StopScope, reason: &str, now: Timestamp) -> u64 {
        if !self.stops.contains_key(scope) {
            self.generation += 1;
            let order = StopOrder {
                scope: scope.clone(),
                reason: reason.into(),
                generation: self.generation,
                since: now,
            };
            self.stops.insert(scope.clone(), order);
        }
        self.generation
    }

    fn release(&mut self, scope: &StopScope) -> bool {
        let was_on = self.stops.remove(scope).is_some();
        self.generation += u64::from(was_on);
        was_on
    }
}

#[async_trait]
impl BudgetLedger for InMemoryCheckpointStore {
    async fn hold(&self, hold: &Hold) -> Result<Holding, StoreError> {
        self.at_once(|state, now| match state.run(&hold.run_id)?.checkpoint.status {
            RunStatus::Running => Ok(state.policy.book.hold(hold, now)),
            _ => Err(StoreError::NotFound(hold.run_id.clone())),
        })
    }

    async fn usage(&self, account: &Account) -> Result<Vec<BudgetUsage>, StoreError> {
        Ok(self.at_once(|state, now| state.policy.book.usage(account, now)))
    }
}

#[async_trait]
impl RateGate for InMemoryCheckpointStore {
    async fn take(&self, limits: &[RateLimit], max_wait: Duration) -> Result<RateAnswer, StoreError> {
        Ok(self.at_once(|state, now| state.policy.take(limits, max_wait, now)))
    }
}

#[async_trait]
impl IdempotencyKeys for InMemoryCheckpointStore {
    async fn claim(&self, claim: &KeyClaim) -> Result<KeyAnswer, StoreError> {
        Ok(self.at_once(|state, now| state.policy.claim(claim, now)))
    }
}

#[async_trait]
impl StopSwitch for InMemoryCheckpointStore {
    async fn read(&self) -> Result<SwitchState, StoreError> {
        Ok(self.at_once(|state, _| SwitchState {
            generation: state.policy.generation,
            orders: state.policy.stops.values().cloned().collect(),
        }))
    }

    async fn stop(&self, scope: &StopScope, reason: &str) -> Result<u64, StoreError> {
        Ok(self.at_once(|state, now| state.policy.stop(scope, reason, now)))
    }

    async fn release(&self, scope: &StopScope, _reason: &str) -> Result<bool, StoreError> {
        Ok(self.at_once(|state, _| state.policy.release(scope)))
    }
}
