//! Applies the rules to a plan before anything of it is executed.

mod certificate;

use aos_spec::{ContentHash, Effect, Money, RunId, SkillId, SkillRegistry, StepId, StepIndex, WorkflowPlan};
use serde::Serialize;

pub use certificate::Certificate;

use crate::{
    CheckContext, Hit, PolicyConfig,
    rule::{self, Objection, View},
    run_state::RunState,
};

/// What a plan would do, and what the rules would say to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Simulation {
    /// The hash of the specification.
    pub spec_hash: ContentHash,
    /// The hash of the rules.
    pub policy_hash: ContentHash,
    /// Whether all skills are there and no rule refuses a step for sure.
    pub feasible: bool,
    /// What the run costs.
    pub cost: CostBounds,
    /// The steps in canonical order.
    pub steps: Vec<SimulatedStep>,
    /// What the run cannot cost more than, when every step has a limit.
    pub certificate: Option<Certificate>,
}

/// Between what and what something costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CostBounds {
    /// What it costs when each step succeeds at its first attempt and costs what its author expects.
    pub lower_cents: Money,
    /// What it cannot cost more than; absent when nothing bounds it.
    pub upper_cents: Option<Money>,
}

/// What one step would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SimulatedStep {
    /// The position in canonical order.
    pub index: StepIndex,
    /// The step.
    pub id: StepId,
    /// The skill.
    pub skill_id: SkillId,
    /// What calling the skill means for the world outside; absent when no skill has this id.
    pub effect: Option<Effect>,
    /// The key that the author gave. Without one it is derived from run and step.
    pub idempotency_key: Option<String>,
    /// What the step costs over all its attempts.
    pub cost: CostBounds,
    /// The rules that refuse the step whatever earlier steps cost, or when they cost what is expected.
    pub refusals: Vec<Hit>,
    /// The rules that refuse the step only when earlier steps cost more than is expected.
    pub possible_refusals: Vec<Hit>,
}

/// Walks through `plan` without effects and returns what would happen under `config`.
///
/// What others do cannot be foreseen: budgets that are shared with other runs, rates, and the emergency stop are left out.
#[must_use]
pub fn simulate(plan: &WorkflowPlan, skills: &SkillRegistry, config: &PolicyConfig) -> Simulation {
    let spec = plan.spec();
    let run = RunState::new(config, spec, None);
    let mut walk = Walk {
        config,
        run: &run,
        plan,
        skills,
        #[expect(clippy::expect_used, reason = "the word is a valid id")]
        run_id: "simulation".parse().expect("a valid id"),
        lower: Money::ZERO,
        upper: Some(Money::ZERO),
    };
    let steps: Vec<_> = plan.steps().iter().map(|step| walk.step(step.index())).collect();
    let feasible = steps
        .iter()
        .all(|step| step.effect.is_some() && step.refusals.is_empty());
    let (spec_hash, policy_hash) = (plan.hash(), config.hash());
    let certificate = run
        .bound
        .map(|most| Certificate::new(most, spec_hash, policy_hash));
    Simulation {
        spec_hash,
        policy_hash,
        feasible,
        cost: CostBounds {
            lower_cents: walk.lower,
            upper_cents: run.bound,
        },
        steps,
        certificate,
    }
}

/// The place that the walk has come to.
struct Walk<'a> {
    config: &'a PolicyConfig,
    run: &'a RunState,
    plan: &'a WorkflowPlan,
    skills: &'a SkillRegistry,
    run_id: RunId,
    /// What earlier steps cost when all is as expected.
    lower: Money,
    /// What earlier steps cannot cost more than.
    upper: Option<Money>,
}

impl Walk<'_> {
    fn step(&mut self, index: StepIndex) -> SimulatedStep {
        let descriptor = self.plan.descriptor(index);
        let skill = self.skills.get(descriptor.skill_id.as_str());
        let cost = CostBounds {
            lower_cents: descriptor.estimated_cost_cents,
            upper_cents: self.config.step_limit(descriptor),
        };
        let refusals = self.hits(index, self.lower);
        let mut possible_refusals = self
            .upper
            .map(|spent| self.hits(index, spent))
            .unwrap_or_default();
        possible_refusals.retain(|hit| refusals.iter().all(|certain| certain.rule != hit.rule));
        self.lower = self.lower.saturating_add(cost.lower_cents);
        self.upper = self
            .upper
            .zip(cost.upper_cents)
            .and_then(|(sum, most)| sum.checked_add(most));
        SimulatedStep {
            index,
            id: descriptor.id.clone(),
            skill_id: descriptor.skill_id.clone(),
            effect: skill.map(|skill| skill.manifest().effect),
            idempotency_key: descriptor.idempotency_key.clone(),
            cost,
            refusals,
            possible_refusals,
        }
    }

    /// Returns the rules that refuse the step when earlier steps have cost `spent`.
    fn hits(&self, index: StepIndex, spent: Money) -> Vec<Hit> {
        let step = self.plan.descriptor(index);
        let mut context = CheckContext::new(&self.run_id, self.plan.spec());
        context.step_index = index;
        context.spent = spent;
        context.skill = self
            .skills
            .get(step.skill_id.as_str())
            .map(|skill| skill.manifest());
        let view = View {
            config: self.config,
            step,
            context: &context,
            agent_id: None,
            run: self.run,
        };
        let refused = |objection| match objection {
            Objection::Refused(hit) => Some(hit),
            Objection::None | Objection::Undecided => None,
        };
        rule::objections(view).into_iter().filter_map(refused).collect()
    }
}
