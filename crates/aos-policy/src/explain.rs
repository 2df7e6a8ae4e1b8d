//! Says in words what each rule makes of a step, and why.

use std::fmt;

use aos_spec::{AgentId, ContentHash, StepDescriptor, port::BudgetLedger};
use serde::Serialize;

use crate::{
    CheckContext, Hit, PolicyEnforcer, Rule, Verdict,
    rule::{self, Objection, View, agent_budget, emergency_stop, rate_limit},
    run_state::RunState,
};

/// What all rules make of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// What a check would come to.
    pub verdict: Verdict,
    /// One finding for each rule, in their order; the first that denies decides.
    pub rules: Vec<RuleFinding>,
    /// The hash of the rules.
    pub policy_hash: ContentHash,
}

/// What one rule makes of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleFinding {
    /// The rule.
    pub rule: Rule,
    /// What the rule says.
    pub verdict: Verdict,
    /// Why, with the numbers that it looks at.
    pub why: String,
    /// The refusal for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Hit>,
}

impl RuleFinding {
    fn new(rule: Rule, hit: Option<Hit>, why: impl FnOnce() -> String) -> Self {
        let (verdict, why) = match &hit {
            Some(hit) => (Verdict::Denied, hit.message.clone()),
            None => (Verdict::Allowed, why()),
        };
        Self {
            rule,
            verdict,
            why,
            refusal: hit,
        }
    }
}

impl fmt::Display for Explanation {
    /// Writes a line for each rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for RuleFinding {
            rule, verdict, why, ..
        } in &self.rules
        {
            writeln!(f, "{rule:<17} {verdict:<9} {why}")?;
        }
        write!(f, "policy {}: {}", self.policy_hash, self.verdict)
    }
}

impl PolicyEnforcer {
    /// Returns what each rule makes of the next attempt of `step`, in words and numbers.
    ///
    /// Nothing is taken: budgets are read, and rates and idempotency keys, which are counted and claimed when an attempt
    /// begins, are only described.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    pub async fn explain(
        &self,
        step: &StepDescriptor,
        context: &CheckContext<'_>,
        agent_id: Option<&AgentId>,
    ) -> Explanation {
        let run = RunState::new(&self.config, context.spec, agent_id);
        let view = View {
            config: &self.config,
            step,
            context,
            agent_id,
            run: &run,
        };
        let stop = self
            .emergency_stop(context.spec, agent_id, [&step.skill_id])
            .await;
        let mut rules = vec![RuleFinding::new(
            Rule::EmergencyStop,
            stop,
            emergency_stop::explain,
        )];
        let asked = rule::objections(view).into_iter().zip(rule::PURE);
        rules.extend(asked.map(|(objection, pure)| match objection {
            Objection::None => RuleFinding::new(pure.rule, None, || (pure.explain)(view)),
            Objection::Refused(hit) => RuleFinding::new(pure.rule, Some(hit), String::new),
            Objection::Undecided => RuleFinding {
                verdict: Verdict::Undecided,
                ..RuleFinding::new(pure.rule, None, || (pure.explain)(view))
            },
        }));
        rules.push(budgets(view, self.ledger.as_deref()).await);
        rules.push(RuleFinding::new(Rule::RateLimit, None, || {
            rate_limit::explain(view)
        }));
        let says = |verdict| rules.iter().any(|finding| finding.verdict == verdict);
        Explanation {
            verdict: match (says(Verdict::Denied), says(Verdict::Undecided)) {
                (true, _) => Verdict::Denied,
                (false, true) => Verdict::Undecided,
                (false, false) => Verdict::Allowed,
            },
            rules,
            policy_hash: self.hash,
        }
    }
}

async fn budgets(view: View<'_>, ledger: Option<&dyn BudgetLedger>) -> RuleFinding {
    let (hit, why) = match ledger.filter(|_| !view.run.budgets.is_empty()) {
        None => (None, "no budget is shared with other runs".into()),
        Some(ledger) => match agent_budget::look(view, ledger).await {
            Ok(why) => (None, why),
            Err(hit) => (Some(hit), String::new()),
        },
    };
    RuleFinding::new(Rule::AgentBudget, hit, || why)
}
