//! The pieces that the tests put together.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aos_policy::{CheckContext, EnforcerBuilder, PolicyCheckResult, PolicyConfig, PolicyEnforcer, Rule};
use aos_spec::{
    AgentId, ContentHash, Effect, Money, RunId, SkillManifest, StepDescriptor, Timestamp, WorkflowSpec,
    port::{Clock, IdempotencyKeys, KeyAnswer, KeyClaim, KeyUse, StoreError},
};

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_795_458_306_000_000)
    }
}

/// Counts requests as if no time passed.
#[derive(Default)]
pub(crate) struct Gate(pub(crate) Mutex<Vec<(String, Timestamp)>>);

#[async_trait::async_trait]
impl aos_spec::port::RateGate for Gate {
    async fn take(
        &self,
        limits: &[aos_spec::rate::RateLimit],
        max_wait: std::time::Duration,
    ) -> Result<aos_spec::rate::RateAnswer, aos_spec::port::StoreError> {
        let mut due = self.0.lock().unwrap();
        let last = |key: &str| {
            due.iter()
                .rev()
                .find(|(other, _)| other == key)
                .map(|(_, at)| *at)
        };
        let asked: Vec<_> = limits.iter().map(|limit| (limit, last(&limit.key))).collect();
        let (answer, next) = aos_spec::rate::take(&asked, Still.now(), max_wait);
        due.extend(limits.iter().map(|limit| limit.key.clone()).zip(next));
        Ok(answer)
    }
}

/// Remembers keys by owner and text.
#[derive(Default)]
pub(crate) struct Keys(Mutex<BTreeMap<(String, String), (ContentHash, KeyUse)>>);

#[async_trait::async_trait]
impl IdempotencyKeys for Keys {
    async fn claim(&self, claim: &KeyClaim) -> Result<KeyAnswer, StoreError> {
        let owner = claim.owner.as_ref().map(ToString::to_string).unwrap_or_default();
        let first = KeyUse {
            run_id: claim.run_id.clone(),
            step_id: claim.step_id.clone(),
            since: Still.now(),
        };
        let mut keys = self.0.lock().unwrap();
        let (request, used) = keys
            .entry((owner, claim.key.clone()))
            .or_insert((claim.request, first));
        Ok(if *request == claim.request {
            KeyAnswer::Granted
        } else {
            KeyAnswer::Taken(used.clone())
        })
    }
}

/// Starts to put the enforcer of some rules together, with something that remembers keys.
pub(crate) fn builder(text: &str) -> EnforcerBuilder {
    PolicyEnforcer::builder(config(text)).keys(Arc::new(Keys::default()))
}

pub(crate) fn cents(cents: u64) -> Money {
    Money::from_cents(cents).unwrap()
}

pub(crate) fn step(id: &str) -> StepDescriptor {
    StepDescriptor::new(id.parse().unwrap(), "call".parse().unwrap())
}

pub(crate) fn workflow(steps: Vec<StepDescriptor>) -> WorkflowSpec {
    WorkflowSpec::new("w".parse().unwrap(), steps)
}

pub(crate) fn manifest(effect: Effect) -> SkillManifest {
    SkillManifest::new("call".parse().unwrap(), "1", effect)
}

pub(crate) fn agent(id: &str) -> AgentId {
    id.parse().unwrap()
}

pub(crate) fn run_id() -> RunId {
    "run".parse().unwrap()
}

pub(crate) fn config(text: &str) -> PolicyConfig {
    PolicyConfig::parse(text).unwrap()
}

pub(crate) fn rules_of(result: &PolicyCheckResult) -> Vec<Rule> {
    result.hits.iter().map(|hit| hit.rule).collect()
}

/// Checks the first step of `spec` after `spent` was spent.
pub(crate) async fn check(
    text: &str,
    spec: &WorkflowSpec,
    spent: Money,
    effect: Effect,
) -> PolicyCheckResult {
    let enforcer = builder(text).build().unwrap();
    let (run_id, manifest) = (run_id(), manifest(effect));
    let mut context = CheckContext::new(&run_id, spec);
    context.spent = spent;
    context.skill = Some(&manifest);
    enforcer.check_can_execute(&spec.steps[0], &context, None).await
}
