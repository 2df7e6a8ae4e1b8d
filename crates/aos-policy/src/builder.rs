//! Puts an enforcer together from the rules and the parts that they need.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use aos_spec::port::{BudgetLedger, IdempotencyKeys, PolicyStore, RateGate, StopSwitch};

use crate::{AcrossRuns, PolicyConfig, PolicyEnforcer, enforcer::Environment, switch_view::SwitchView};

/// Puts a [`PolicyEnforcer`] together.
#[must_use]
pub struct EnforcerBuilder {
    config: PolicyConfig,
    environment: Environment,
    switch: Option<Arc<dyn StopSwitch>>,
    ledger: Option<Arc<dyn BudgetLedger>>,
    rates: Option<Arc<dyn RateGate>>,
    keys: Option<Arc<dyn IdempotencyKeys>>,
}

/// The rules need a part that the enforcer was not given, so that it could not apply them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MissingPart {
    /// There are budgets and no ledger.
    #[error("apply the policy: it has budgets, and there is no ledger to keep them")]
    Ledger,
    /// There are rate limits and nothing that counts.
    #[error("apply the policy: it has rate limits, and there is nothing to count them")]
    Rates,
    /// Keys are refused across runs and nothing remembers them.
    #[error(
        "apply the policy: it refuses idempotency keys of other requests, and there is nothing to remember them"
    )]
    Keys,
}

impl EnforcerBuilder {
    pub(crate) fn new(config: PolicyConfig) -> Self {
        Self {
            config,
            environment: Box::new(|_| None),
            switch: None,
            ledger: None,
            rates: None,
            keys: None,
        }
    }

    /// Sets where environment variables are looked up. Without it, none is set.
    pub fn environment(mut self, variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.environment = Box::new(variable);
        self
    }

    /// Sets the emergency stop that is shared with other processes.
    pub fn switch(mut self, switch: Arc<dyn StopSwitch>) -> Self {
        self.switch = Some(switch);
        self
    }

    /// Sets where budgets are kept.
    pub fn ledger(mut self, ledger: Arc<dyn BudgetLedger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Sets where rates are counted.
    pub fn rates(mut self, rates: Arc<dyn RateGate>) -> Self {
        self.rates = Some(rates);
        self
    }

    /// Sets what remembers idempotency keys.
    pub fn keys(mut self, keys: Arc<dyn IdempotencyKeys>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Sets the store that keeps all of these: emergency stop, budgets, rates and idempotency keys.
    pub fn store(self, store: Arc<dyn PolicyStore>) -> Self {
        self.switch(Arc::clone(&store) as _)
            .ledger(Arc::clone(&store) as _)
            .rates(Arc::clone(&store) as _)
            .keys(store)
    }

    /// Returns the enforcer.
    ///
    /// # Errors
    ///
    /// [`MissingPart`] when the rules need a part that is not there.
    pub fn build(self) -> Result<PolicyEnforcer, MissingPart> {
        if self.config.has_budgets() && self.ledger.is_none() {
            return Err(MissingPart::Ledger);
        }
        if !self.config.rate_limits.is_empty() && self.rates.is_none() {
            return Err(MissingPart::Rates);
        }
        if self.config.idempotency.across_runs == AcrossRuns::Refuse && self.keys.is_none() {
            return Err(MissingPart::Keys);
        }
        Ok(PolicyEnforcer {
            hash: self.config.hash(),
            config: self.config,
            environment: self.environment,
            switch: self.switch.map(SwitchView::new),
            ledger: self.ledger,
            rates: self.rates,
            keys: self.keys,
            runs: Mutex::default(),
        })
    }
}

impl fmt::Debug for EnforcerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnforcerBuilder")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
