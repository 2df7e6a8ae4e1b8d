//! Applies the rules, in their order, before each attempt.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aos_spec::{
    AgentId, ContentHash, Money, RunId, StepDescriptor, WorkflowSpec,
    port::{
        BudgetLedger, Decision, Denial, IdempotencyKeys, PolicyError, PolicyRequest, RateGate, RunningRun,
        StepPolicy,
    },
};
use async_trait::async_trait;

use crate::{
    CheckContext, EnforcerBuilder, Hit, PolicyCheckResult, PolicyConfig, Verdict,
    rule::{self, Objection, View, agent_budget, emergency_stop, idempotency, rate_limit},
    run_state::RunState,
    switch_view::SwitchView,
};

/// The environment variable that stops everything in a process; read at every check.
pub const EMERGENCY_STOP_VARIABLE: &str = "WORKFLOW_EMERGENCY_STOP";

/// Looks an environment variable up.
pub(crate) type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Decides before each attempt whether a step may execute.
pub struct PolicyEnforcer {
    pub(crate) config: PolicyConfig,
    pub(crate) hash: ContentHash,
    pub(crate) environment: Environment,
    pub(crate) switch: Option<SwitchView>,
    pub(crate) ledger: Option<Arc<dyn BudgetLedger>>,
    pub(crate) rates: Option<Arc<dyn RateGate>>,
    pub(crate) keys: Option<Arc<dyn IdempotencyKeys>>,
    pub(crate) runs: Mutex<BTreeMap<RunId, Arc<RunState>>>,
}

impl PolicyEnforcer {
    /// Starts to put the enforcer of some rules together.
    pub fn builder(config: PolicyConfig) -> EnforcerBuilder {
        EnforcerBuilder::new(config)
    }

    /// Returns the rules.
    #[must_use]
    pub const fn config(&self) -> &PolicyConfig {
        &self.config
    }

    /// Returns whether the next attempt of `step` may begin, and lets the run hold what the step can cost. A step that must
    /// wait for its rate has waited when this returns.
    ///
    /// What is remembered about the run is given up with [`StepPolicy::forget`].
    ///
    /// # Cancel safety
    ///
    /// Safe: asking again gives the same answer. A place in a rate may be lost.
    pub async fn check_can_execute(
        &self,
        step: &StepDescriptor,
        context: &CheckContext<'_>,
        agent_id: Option<&AgentId>,
    ) -> PolicyCheckResult {
        let run = self.run(context.run_id, context.spec, agent_id);
        let view = View {
            config: &self.config,
            step,
            context,
            agent_id,
            run: &run,
        };
        let (mut hits, mut verdict) = (Vec::new(), Verdict::Allowed);
        hits.extend(
            self.emergency_stop(context.spec, agent_id, [&step.skill_id])
                .await,
        );
        for objection in rule::objections(view) {
            match objection {
                Objection::None => {}
                Objection::Refused(hit) => hits.push(hit),
                Objection::Undecided => verdict = Verdict::Undecided,
            }
        }
        if hits.is_empty() && verdict == Verdict::Allowed {
            match self.take(view).await {
                Ok(taken) => verdict = taken,
                Err(hit) => hits.push(hit),
            }
        }
        if !hits.is_empty() {
            verdict = Verdict::Denied;
        }
        PolicyCheckResult {
            verdict,
            hits,
            policy_hash: self.hash,
        }
    }

    /// Applies the rules that take something: budgets, then rates, then the idempotency key.
    async fn take(&self, view: View<'_>) -> Result<Verdict, Hit> {
        if let Some(ledger) = self.ledger.as_deref().filter(|_| !view.run.budgets.is_empty()) {
            let holds_enough = agent_budget::required(view)
                .zip(view.run.held)
                .is_some_and(|(required, held)| required <= held);
            if !holds_enough {
                match agent_budget::check(view, ledger).await {
                    agent_budget::Answer::Held(amount) => self.holds(view.context.run_id, amount),
                    agent_budget::Answer::Undecided => return Ok(Verdict::Undecided),
                    agent_budget::Answer::Refused(hit) => return Err(hit),
                }
            }
        }
        if let Some(rates) = self
            .rates
            .as_deref()
            .filter(|_| !self.config.rate_limits.is_empty())
        {
            let wait = rate_limit::check(view, rates).await?;
            if wait > Duration::ZERO {
                tokio::time::sleep(wait).await;
            }
        }
        if let Some(keys) = self.keys.as_deref().filter(|_| idempotency::is_claimed(view))
            && let Some(hit) = idempotency::claim(view, keys).await
        {
            return Err(hit);
        }
        Ok(Verdict::Allowed)
    }

    pub(crate) async fn emergency_stop(
        &self,
        spec: &WorkflowSpec,
        agent_id: Option<&AgentId>,
        skills: impl IntoIterator<Item = &aos_spec::SkillId> + Clone,
    ) -> Option<Hit> {
        if emergency_stop::is_on((self.environment)(EMERGENCY_STOP_VARIABLE).as_deref()) {
            return Some(emergency_stop::by_variable(EMERGENCY_STOP_VARIABLE));
        }
        let reading = self.switch.as_ref()?.read().await;
        let config = &self.config;
        emergency_stop::by_switch(
            &reading,
            emergency_stop::Subject {
                config,
                spec,
                agent_id,
            },
            skills,
        )
    }

    /// Returns what is remembered about a run.
    fn run(&self, run_id: &RunId, spec: &WorkflowSpec, agent_id: Option<&AgentId>) -> Arc<RunState> {
        let mut runs = self.runs();
        if let Some(run) = runs.get(run_id) {
            return Arc::clone(run);
        }
        let run = Arc::new(RunState::new(&self.config, spec, agent_id));
        runs.insert(run_id.clone(), Arc::clone(&run));
        run
    }

    /// Notes what a run holds.
    fn holds(&self, run_id: &RunId, amount: Money) {
        if let Some(run) = self.runs().get_mut(run_id) {
            let run = Arc::make_mut(run);
            run.held = run.held.max(Some(amount));
        }
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<RunId, Arc<RunState>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StepPolicy for PolicyEnforcer {
    async fn decide(&self, request: &PolicyRequest<'_>) -> Result<Decision, PolicyError> {
        let context = CheckContext::from(request);
        let result = self
            .check_can_execute(request.step, &context, request.agent_id)
            .await;
        Ok(match (result.verdict, result.denial()) {
            (Verdict::Allowed, _) => Decision::Allow,
            // What the run ends with must not depend on which earlier steps happen to have ended.
            (Verdict::Denied, Some(denial)) if context.is_settled() => Decision::Deny(denial),
            (Verdict::Denied | Verdict::Undecided, _) => Decision::Undecided,
        })
    }

    fn most(&self, _: &WorkflowSpec, step: &StepDescriptor) -> Option<Money> {
        self.config.step_limit(step)
    }

    fn may_refuse(&self, request: &PolicyRequest<'_>) -> bool {
        let context = CheckContext::from(request);
        let run = self.run(request.run_id, request.spec, request.agent_id);
        let view = View {
            config: &self.config,
            step: request.step,
            context: &context,
            agent_id: request.agent_id,
            run: &run,
        };
        rule::may_refuse(view)
    }

    async fn stopped(&self, run: &RunningRun<'_>) -> Option<Denial> {
        let skills = run.skills.iter().copied();
        let hit = self.emergency_stop(run.spec, run.agent_id, skills).await?;
        let result = PolicyCheckResult {
            verdict: Verdict::Denied,
            hits: vec![hit],
            policy_hash: self.hash,
        };
        result.denial()
    }

    fn forget(&self, run_id: &RunId) {
        self.runs().remove(run_id);
    }

    fn hash(&self) -> Option<ContentHash> {
        Some(self.hash)
    }
}

impl fmt::Debug for PolicyEnforcer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyEnforcer")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
