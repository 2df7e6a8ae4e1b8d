//! Everything that a store keeps for policies.

use super::{BudgetLedger, IdempotencyKeys, RateGate, StopSwitch};

/// Everything that a store keeps for policies: budgets, rates, idempotency keys and the emergency stop.
pub trait PolicyStore: BudgetLedger + RateGate + IdempotencyKeys + StopSwitch {}

impl<S: BudgetLedger + RateGate + IdempotencyKeys + StopSwitch> PolicyStore for S {}
