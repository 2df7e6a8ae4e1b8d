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
        BudgetLedger, Decision, Denial, PolicyError, PolicyRequest, RateGate, RunningRun, StepPolicy,
        StopSwitch,
    },
};
use async_trait::async_trait;

use crate::{
    CheckContext, Hit, PolicyCheckResult, PolicyConfig, Verdict,
    rule::{self, Objection, View, agent_budget, emergency_stop, rate_limit},
    run_state::RunState,
    switch_view::SwitchView,
};

/// The environment variable that stops everything in a process; read at every check.
pub const EMERGENCY_STOP_VARIABLE: &str = "WORKFLOW_EMERGENCY_STOP";

/// Looks an environment variable up.
type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Decides before each attempt whether a step may execute.
pub struct PolicyEnforcer {
    config: PolicyConfig,
    hash: ContentHash,
    environment: Environment,
    switch: Option<SwitchView>,
    ledger: Option<Arc<dyn BudgetLedger>>,
    rates: Option<Arc<dyn RateGate>>,
    runs: Mutex<BTreeMap<RunId, Arc<RunState>>>,
}

/// Puts a [`PolicyEnforcer`] together.
#[must_use]
pub struct EnforcerBuilder {
    config: PolicyConfig,
    environment: Environment,
    switch: Option<Arc<dyn StopSwitch>>,
    ledger: Option<Arc<dyn BudgetLedger>>,
    rates: Option<Arc<dyn RateGate>>,
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
}

impl EnforcerBuilder {
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
        Ok(PolicyEnforcer {
            hash: self.config.hash(),
            config: self.config,
            environment: self.environment,
            switch: self.switch.map(SwitchView::new),
            ledger: self.ledger,
            rates: self.rates,
            runs: Mutex::default(),
        })
    }
}

impl PolicyEnforcer {
    /// Starts to put the enforcer of some rules together.
    pub fn builder(config: PolicyConfig) -> EnforcerBuilder {
        EnforcerBuilder {
            config,
            environment: Box::new(|_| None),
            switch: None,
            ledger: None,
            rates: None,
        }
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

    /// Applies the rules that take something: budgets, then rates.
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
        Ok(Verdict::Allowed)
    }

    async fn emergency_stop(
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

impl fmt::Debug for EnforcerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnforcerBuilder")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
