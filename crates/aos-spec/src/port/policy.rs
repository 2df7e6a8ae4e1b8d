//! Who decides whether a step may execute.

use async_trait::async_trait;
use serde_json::Value;

use crate::{
    AgentId, ContentHash, ErrorCode, Money, RunId, RunStatus, SkillId, SkillManifest, StepDescriptor,
    StepIndex, WorkflowSpec,
};

/// What a policy is asked before each attempt of a step.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PolicyRequest<'a> {
    /// The run.
    pub run_id: &'a RunId,
    /// The workflow.
    pub spec: &'a WorkflowSpec,
    /// The step.
    pub step: &'a StepDescriptor,
    /// The step's position in canonical order.
    pub step_index: StepIndex,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// On whose behalf the run acts.
    pub agent_id: Option<&'a AgentId>,
    /// What all earlier steps, in canonical order, and all earlier attempts of this step have cost.
    pub spent: Money,
    /// What the earlier attempts of this step have cost; part of `spent`.
    pub step_spent: Money,
    /// What the skill of the step declares about itself.
    pub skill: Option<&'a SkillManifest>,
    /// The most that earlier steps which have not committed yet can still cost; `None` when nothing bounds it. Zero
    /// once all earlier steps have committed.
    pub outstanding: Option<Money>,
    /// What identifies the request that the attempt is about to send; only where the step has an idempotency key of its
    /// own and its skill changes something outside.
    pub request_hash: Option<ContentHash>,
    /// The idempotency key that the step has of its own in this run.
    pub idempotency_key: Option<&'a str>,
}

impl<'a> PolicyRequest<'a> {
    /// Returns the request for the first attempt of a step, with nothing spent before.
    #[must_use]
    pub const fn new(run_id: &'a RunId, spec: &'a WorkflowSpec, step: &'a StepDescriptor) -> Self {
        Self {
            run_id,
            spec,
            step,
            step_index: StepIndex(0),
            attempt: 1,
            agent_id: None,
            spent: Money::ZERO,
            step_spent: Money::ZERO,
            skill: None,
            outstanding: Some(Money::ZERO),
            request_hash: None,
            idempotency_key: match &step.idempotency_key {
                Some(key) => Some(key.as_str()),
                None => None,
            },
        }
    }
}

/// A policy's answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// The attempt may begin.
    Allow,
    /// The attempt must not begin, and the run ends.
    Deny(Denial),
    /// The answer depends on what earlier steps will have cost: ask again when more of them have committed. Only
    /// permitted while [`PolicyRequest::outstanding`] is not zero.
    Undecided,
}

/// Why a step may not execute, and how the run ends because of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Denial {
    /// The state in which the run ends: `budget_exceeded`, `policy_violation` or `emergency_stopped`.
    pub status: RunStatus,
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// What was denied and why, for people.
    pub message: String,
    /// The rule with its limit, the current and the requested value, for programs.
    pub details: Option<Value>,
}

impl Denial {
    /// Returns a denial without details.
    #[must_use]
    pub fn new(status: RunStatus, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: None,
        }
    }
}

/// A policy could not decide. The engine denies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("decide whether the step may execute: {0}")]
pub struct PolicyError(
    /// Why not.
    pub String,
);

/// A run that is being executed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunningRun<'a> {
    /// The run.
    pub run_id: &'a RunId,
    /// The workflow.
    pub spec: &'a WorkflowSpec,
    /// On whose behalf the run acts.
    pub agent_id: Option<&'a AgentId>,
    /// The skills whose attempts are running.
    pub skills: Vec<&'a SkillId>,
}

impl<'a> RunningRun<'a> {
    /// Returns a run without running attempts.
    #[must_use]
    pub const fn new(run_id: &'a RunId, spec: &'a WorkflowSpec) -> Self {
        Self {
            run_id,
            spec,
            agent_id: None,
            skills: Vec::new(),
        }
    }
}

/// Decides before each attempt whether a step may execute.
///
/// The answer for a step must be the one that serial execution would give: it may depend on the request and on state
/// outside the run, never on the order in which steps of the run happen to be asked for.
#[async_trait]
pub trait StepPolicy: Send + Sync {
    /// Returns whether the attempt may begin.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] when the policy cannot decide; the engine then denies.
    ///
    /// # Cancel safety
    ///
    /// Safe: asking again gives the same answer and counts once.
    async fn decide(&self, request: &PolicyRequest<'_>) -> Result<Decision, PolicyError>;

    /// Returns the most that `step` can cost over all its attempts; `None` when nothing bounds it. Unless the policy says
    /// less, what the step declares.
    fn most(&self, spec: &WorkflowSpec, step: &StepDescriptor) -> Option<Money> {
        let _ = spec;
        step.max_cost_cents
    }

    /// Returns whether a decision about `step` may come to refuse it, at any attempt, in an execution that nobody stops:
    /// then the step can end the run, and effects of later steps must wait for it. An emergency stop does not count: a
    /// run that it ends goes on later, and then comes to the later steps too. `request` is that of the first attempt,
    /// with nothing spent.
    fn may_refuse(&self, request: &PolicyRequest<'_>) -> bool {
        let _ = request;
        true
    }

    /// Returns why the run must stop at once, although its steps were allowed. Asked about twice a second for each run.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    async fn stopped(&self, run: &RunningRun<'_>) -> Option<Denial> {
        let _ = run;
        None
    }

    /// Takes notice that the engine has let go of a run, so that nothing about it need be remembered in memory.
    fn forget(&self, run_id: &RunId) {
        let _ = run_id;
    }

    /// Returns the hash of the rules, which is kept with each run that is started under them.
    fn hash(&self) -> Option<ContentHash> {
        None
    }
}
