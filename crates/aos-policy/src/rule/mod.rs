//! The rules, each in its own file. Suggested reading order is [`Rule::ORDER`].

pub(crate) mod agent_budget;
pub(crate) mod emergency_stop;
pub(crate) mod idempotency;
pub(crate) mod rate_limit;
pub(crate) mod skill_allowed;
pub(crate) mod step_ceiling;
pub(crate) mod workflow_ceiling;

use std::fmt;

use aos_spec::{AgentId, StepDescriptor};
use serde::Serialize;

use crate::{CheckContext, Hit, PolicyConfig, run_state::RunState};

/// A rule of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Nothing executes while an emergency stop is on, or while nobody can tell whether it is.
    EmergencyStop,
    /// Only skills that may be called are, and nothing of a suspended tenant.
    SkillAllowed,
    /// A step costs no more than a step may.
    StepCeiling,
    /// A run costs no more than a run may.
    WorkflowCeiling,
    /// Steps with outside effects carry the idempotency key that they need, each its own.
    Idempotency,
    /// What tenants, agents and workflows may spend over all runs.
    AgentBudget,
    /// How often something may happen.
    RateLimit,
}

impl Rule {
    /// The order in which rules are applied; the first one that refuses decides.
    pub const ORDER: [Self; 7] = [
        Self::EmergencyStop,
        Self::SkillAllowed,
        Self::StepCeiling,
        Self::WorkflowCeiling,
        Self::Idempotency,
        Self::AgentBudget,
        Self::RateLimit,
    ];

    /// Returns the word for this rule in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmergencyStop => "emergency_stop",
            Self::SkillAllowed => "skill_allowed",
            Self::StepCeiling => "step_ceiling",
            Self::WorkflowCeiling => "workflow_ceiling",
            Self::Idempotency => "idempotency",
            Self::AgentBudget => "agent_budget",
            Self::RateLimit => "rate_limit",
        }
    }

    /// Whether the rule takes something from others, so that it is only asked when no other refuses.
    pub(crate) const fn takes(self) -> bool {
        matches!(self, Self::AgentBudget | Self::RateLimit)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule that takes nothing and needs nobody else.
#[derive(Clone, Copy)]
pub(crate) struct PureRule {
    pub(crate) rule: Rule,
    check: fn(View<'_>) -> Objection,
    /// Says why the rule has no objection.
    pub(crate) explain: fn(View<'_>) -> String,
}

/// The rules that take nothing, without the emergency stop, in their order.
pub(crate) const PURE: [PureRule; 4] = [
    PureRule {
        rule: Rule::SkillAllowed,
        check: skill_allowed::check,
        explain: skill_allowed::explain,
    },
    PureRule {
        rule: Rule::StepCeiling,
        check: step_ceiling::check,
        explain: step_ceiling::explain,
    },
    PureRule {
        rule: Rule::WorkflowCeiling,
        check: workflow_ceiling::check,
        explain: workflow_ceiling::explain,
    },
    PureRule {
        rule: Rule::Idempotency,
        check: idempotency::check,
        explain: idempotency::explain,
    },
];

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) config: &'a PolicyConfig,
    pub(crate) step: &'a StepDescriptor,
    pub(crate) context: &'a CheckContext<'a>,
    pub(crate) agent_id: Option<&'a AgentId>,
    pub(crate) run: &'a RunState,
}

/// What a rule says that depends on nothing but what it looks at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Objection {
    None,
    Refused(Hit),
    /// It depends on what earlier steps will have cost.
    Undecided,
}

/// Whether any rule but the emergency stop may come to refuse the step, at any attempt and whatever earlier steps cost.
/// `view` is that of the first attempt.
pub(crate) fn may_refuse(view: View<'_>) -> bool {
    // What a step may cost matters to the first attempt, which is among the objections, and to those that follow.
    let can_repeat = view.step.retry && view.step.max_retries > 0;
    can_repeat && view.config.step_limit(view.step).is_some()
        || view.config.run_limit(view.context.spec).is_some()
        || !view.run.budgets.is_empty()
        || rate_limit::applies(view)
        || idempotency::is_claimed(view)
        || objections(view)
            .iter()
            .any(|objection| *objection != Objection::None)
}

/// Returns what the rules of [`PURE`] say.
pub(crate) fn objections(view: View<'_>) -> [Objection; 4] {
    PURE.map(|rule| (rule.check)(view))
}
