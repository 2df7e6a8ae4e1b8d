//! The rules as people write them.

mod environment;
mod locate;
mod read;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use aos_spec::{
    AgentId, ContentHash, Money, SkillId, StepDescriptor, TenantId, WorkflowId, WorkflowSpec,
    budget::{Account, BudgetLimit, Period},
};
use serde::{Deserialize, Serialize};

/// The rules of a policy. Everything that is left out is not limited.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PolicyConfig {
    /// The most that one step may cost over all its attempts.
    pub step_ceiling_cents: Option<Money>,
    /// The most that one run may cost.
    pub workflow_ceiling_cents: Option<Money>,
    /// Which skills may be called.
    pub skills: SkillRules,
    /// Which steps need an idempotency key.
    pub idempotency: IdempotencyRules,
    /// What holds for agents that are not listed.
    pub agent_defaults: AgentRules,
    /// What holds for agents.
    pub agents: BTreeMap<AgentId, AgentRules>,
    /// What holds for tenants.
    pub tenants: BTreeMap<TenantId, TenantRules>,
    /// What holds for workflows.
    pub workflows: BTreeMap<WorkflowId, WorkflowRules>,
    /// How often skills may be called.
    pub rate_limits: Vec<RateRule>,
}

/// Which skills may be called.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SkillRules {
    /// Only these, when given.
    pub allow: Option<BTreeSet<SkillId>>,
    /// Not these.
    pub deny: BTreeSet<SkillId>,
}

/// What holds for idempotency keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdempotencyRules {
    /// Which steps need a key of their own.
    pub keys: KeysFor,
    /// What happens when a run uses a key that stands for another request already.
    pub across_runs: AcrossRuns,
}

/// What happens when a run uses a key that an earlier run of the same tenant (without one, of the same agent) used for
/// another request. The same request may use its key again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcrossRuns {
    /// The step is refused: to the world outside, the second request would be a repetition of the first.
    #[default]
    Refuse,
    /// Nothing; keys are not remembered.
    Allow,
}

/// Which steps need an idempotency key of their own. All others get one that is derived from run and step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeysFor {
    /// Steps whose skill declares that it needs one.
    #[default]
    Declared,
    /// All steps with outside effects.
    Effects,
}

/// The most that may be spent over all runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// On one day.
    pub daily_cents: Option<Money>,
    /// In one month.
    pub monthly_cents: Option<Money>,
    /// In all.
    pub total_cents: Option<Money>,
}

/// What holds for an agent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentRules {
    /// Whom the agent belongs to.
    pub tenant: Option<TenantId>,
    /// On one day.
    pub daily_cents: Option<Money>,
    /// In one month.
    pub monthly_cents: Option<Money>,
    /// In all.
    pub total_cents: Option<Money>,
}

/// What holds for a tenant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantRules {
    /// Whether nothing of the tenant may execute.
    pub suspended: bool,
    /// On one day.
    pub daily_cents: Option<Money>,
    /// In one month.
    pub monthly_cents: Option<Money>,
    /// In all.
    pub total_cents: Option<Money>,
}

/// What holds for a workflow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkflowRules {
    /// The most that one run of it may cost.
    pub ceiling_cents: Option<Money>,
    /// On one day.
    pub daily_cents: Option<Money>,
    /// In one month.
    pub monthly_cents: Option<Money>,
    /// In all.
    pub total_cents: Option<Money>,
}

/// How often something may happen. Exactly one of `skill`, `agent` and `workflow` is given; `*` stands for each of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateRule {
    /// Calls of this skill.
    #[serde(default)]
    pub skill: Option<String>,
    /// Attempts on behalf of this agent.
    #[serde(default)]
    pub agent: Option<String>,
    /// Attempts in runs of this workflow.
    #[serde(default)]
    pub workflow: Option<String>,
    /// How many.
    pub requests: u32,
    /// In how many seconds.
    #[serde(default = "one")]
    pub per_seconds: u32,
    /// How many may come at once after a quiet time.
    #[serde(default = "one")]
    pub burst: u32,
    /// What happens to a step that comes too early.
    #[serde(default)]
    pub when_limited: WhenLimited,
    /// How long it waits at most.
    #[serde(default = "half_a_minute")]
    pub max_wait_seconds: u32,
}

/// What happens to a step that comes too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenLimited {
    /// It waits.
    #[default]
    Wait,
    /// It is refused.
    Fail,
}

const fn one() -> u32 {
    1
}

const fn half_a_minute() -> u32 {
    30
}

macro_rules! limits_of {
    ($($rules:ident)+) => {
        $(impl $rules {
            /// Returns the most that may be spent over all runs.
            #[must_use]
            pub const fn limits(&self) -> Limits {
                Limits {
                    daily_cents: self.daily_cents,
                    monthly_cents: self.monthly_cents,
                    total_cents: self.total_cents,
                }
            }
        })+
    };
}

limits_of!(AgentRules TenantRules WorkflowRules);

impl Limits {
    fn of(&self, account: &Account) -> impl Iterator<Item = BudgetLimit> {
        let limits = [
            (Period::Day, self.daily_cents),
            (Period::Month, self.monthly_cents),
            (Period::Total, self.total_cents),
        ];
        let account = account.clone();
        limits.into_iter().filter_map(move |(period, most)| {
            Some(BudgetLimit {
                account: account.clone(),
                period,
                most: most?,
            })
        })
    }
}

impl PolicyConfig {
    /// Returns the rules of somebody who has written none: they limit nothing, and leave the emergency stop.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            idempotency: IdempotencyRules {
                across_runs: AcrossRuns::Allow,
                ..IdempotencyRules::default()
            },
            ..Self::default()
        }
    }

    /// Returns the hash of the rules; equal for equal rules, however they are written.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        // Rules hold nothing that has no canonical form: they have no floats and are not nested deeply.
        ContentHash::of(self).unwrap_or_else(|_| ContentHash::of_bytes(b""))
    }

    /// Returns what holds for `agent`.
    #[must_use]
    pub fn agent(&self, agent: &AgentId) -> &AgentRules {
        self.agents.get(agent).unwrap_or(&self.agent_defaults)
    }

    /// Returns the tenant of `agent`.
    #[must_use]
    pub fn tenant_of(&self, agent: Option<&AgentId>) -> Option<&TenantId> {
        self.agent(agent?).tenant.as_ref()
    }

    /// Returns whose idempotency keys those of a run of `agent` are: its tenant's, without one its own.
    #[must_use]
    pub fn key_owner(&self, agent: Option<&AgentId>) -> Option<Account> {
        let tenant = self.tenant_of(agent).cloned().map(Account::Tenant);
        tenant.or_else(|| agent.cloned().map(Account::Agent))
    }

    /// Returns the most that `step` may cost over all its attempts: a step can only lower the ceiling.
    #[must_use]
    pub fn step_limit(&self, step: &StepDescriptor) -> Option<Money> {
        lowest([self.step_ceiling_cents, step.max_cost_cents])
    }

    /// Returns the most that a run of `spec` may cost: a specification can only lower the ceiling.
    #[must_use]
    pub fn run_limit(&self, spec: &WorkflowSpec) -> Option<Money> {
        let own = self.workflows.get(&spec.id).and_then(|rules| rules.ceiling_cents);
        lowest([self.workflow_ceiling_cents, own, spec.budget_ceiling_cents])
    }

    /// Returns the most that a run of `spec` can cost; `None` when a step has no limit.
    #[must_use]
    pub fn bound(&self, spec: &WorkflowSpec) -> Option<Money> {
        let sum = spec
            .steps
            .iter()
            .try_fold(Money::ZERO, |sum, step| sum.checked_add(self.step_limit(step)?))?;
        lowest([Some(sum), self.run_limit(spec)])
    }

    /// Returns the budgets that a run draws from: tenant, agent, workflow.
    #[must_use]
    pub fn budgets(&self, spec: &WorkflowSpec, agent: Option<&AgentId>) -> Vec<BudgetLimit> {
        let mut budgets = Vec::new();
        if let Some(tenant) = self.tenant_of(agent)
            && let Some(rules) = self.tenants.get(tenant)
        {
            budgets.extend(rules.limits().of(&Account::Tenant(tenant.clone())));
        }
        if let Some(agent) = agent {
            budgets.extend(self.agent(agent).limits().of(&Account::Agent(agent.clone())));
        }
        if let Some(rules) = self.workflows.get(&spec.id) {
            budgets.extend(rules.limits().of(&Account::Workflow(spec.id.clone())));
        }
        budgets
    }

    /// Whether any run can draw from a budget that is shared with others.
    #[must_use]
    pub fn has_budgets(&self) -> bool {
        let agents = self
            .agents
            .values()
            .chain([&self.agent_defaults])
            .map(AgentRules::limits);
        let tenants = self.tenants.values().map(TenantRules::limits);
        let workflows = self.workflows.values().map(WorkflowRules::limits);
        agents
            .chain(tenants)
            .chain(workflows)
            .any(|limits| limits != Limits::default())
    }
}

fn lowest<const N: usize>(limits: [Option<Money>; N]) -> Option<Money> {
    limits.into_iter().flatten().min()
}
