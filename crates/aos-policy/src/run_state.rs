//! What the enforcer remembers about a run while it is executed.

use std::collections::BTreeSet;

use aos_spec::{
    AgentId, Money, WorkflowSpec,
    budget::{Account, BudgetLimit},
};

use crate::PolicyConfig;

/// What follows from a run's specification and agent, and what it holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunState {
    /// Idempotency keys that several steps have.
    pub(crate) shared_keys: BTreeSet<String>,
    /// Whose idempotency keys its keys are.
    pub(crate) key_owner: Option<Account>,
    /// The most that the run can cost.
    pub(crate) bound: Option<Money>,
    /// The budgets that the run draws from.
    pub(crate) budgets: Vec<BudgetLimit>,
    /// What the run holds of them.
    pub(crate) held: Option<Money>,
}

impl RunState {
    pub(crate) fn new(config: &PolicyConfig, spec: &WorkflowSpec, agent_id: Option<&AgentId>) -> Self {
        let mut keys = BTreeSet::new();
        let given = spec
            .steps
            .iter()
            .filter_map(|step| step.idempotency_key.as_deref());
        Self {
            shared_keys: given.filter(|key| !keys.insert(*key)).map(Into::into).collect(),
            key_owner: config.key_owner(agent_id),
            bound: config.bound(spec),
            budgets: config.budgets(spec, agent_id),
            held: None,
        }
    }
}
