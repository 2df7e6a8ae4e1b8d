//! Whether an attempt may begin: the validator looks at the resolved inputs, then the policy decides.

use std::sync::Arc;

use aos_spec::{
    AgentId, ContentHash, ErrorCode, Money, RunId, RunStatus, StepIndex, WorkflowPlan,
    journal::RunHeader,
    port::{
        Decision, Denial, PlanValidator, PolicyRequest, Rejection, RunEvent, Skill, StepPolicy, request_hash,
    },
};
use serde_json::json;

use super::Driver;
use crate::{engine::Parts, machine::Input};

/// What the policy is asked, owned by the question.
pub(super) struct Question {
    policy: Arc<dyn StepPolicy>,
    plan: Arc<WorkflowPlan>,
    run_id: RunId,
    agent_id: Option<AgentId>,
    step: StepIndex,
    attempt: u32,
    skill: Option<Arc<dyn Skill>>,
    spent: Money,
    step_spent: Money,
    outstanding: Option<Money>,
    request_hash: Option<ContentHash>,
    idempotency_key: Option<String>,
}

impl Question {
    /// Asks the policy; one that cannot decide denies.
    pub(super) async fn ask(self) -> Input {
        let mut request = PolicyRequest::new(&self.run_id, self.plan.spec(), self.plan.descriptor(self.step));
        request.step_index = self.step;
        request.attempt = self.attempt;
        request.agent_id = self.agent_id.as_ref();
        request.skill = self.skill.as_ref().map(|skill| skill.manifest());
        request.spent = self.spent;
        request.step_spent = self.step_spent;
        request.outstanding = self.outstanding;
        request.request_hash = self.request_hash;
        request.idempotency_key = self.idempotency_key.as_deref();
        let decision = self.policy.decide(&request).await.unwrap_or_else(|error| {
            Decision::Deny(Denial::new(
                RunStatus::PolicyViolation,
                ErrorCode::PolicyViolation,
                error.to_string(),
            ))
        });
        Input::Decided {
            step: self.step,
            decision,
        }
    }
}

/// Returns which steps can end the run because an attempt is refused, in canonical order; `guarded` are those that the
/// validator can refuse.
pub(super) fn refusable(
    plan: &WorkflowPlan,
    parts: &Parts,
    header: &RunHeader,
    guarded: &[bool],
) -> Vec<bool> {
    let Some(policy) = &parts.policy else {
        return guarded.to_vec();
    };
    let may_refuse = |index: StepIndex| {
        let step = plan.descriptor(index);
        let mut request = PolicyRequest::new(&header.run_id, plan.spec(), step);
        request.step_index = index;
        request.agent_id = header.agent_id.as_ref();
        let skill = parts.skills.get(step.skill_id.as_str());
        request.skill = skill.map(|skill| skill.manifest());
        policy.may_refuse(&request)
    };
    let steps = plan.steps().iter().zip(guarded);
    steps
        .map(|(step, guarded)| *guarded || may_refuse(step.index()))
        .collect()
}

impl Driver<'_> {
    /// Returns what to ask the policy about the next attempt of `step`.
    ///
    /// # Errors
    ///
    /// The decision, where there is nothing to ask.
    pub(super) fn question(&self, step: StepIndex, attempt: u32) -> Result<Question, Decision> {
        if let Some(denial) = self.refused_inputs(step) {
            return Err(Decision::Deny(denial));
        }
        let policy = self.parts.policy.as_ref().ok_or(Decision::Allow)?;
        let plan = self.machine.plan();
        let (spent, outstanding) = self
            .machine
            .cost_before(step, |lower| policy.most(plan.spec(), lower));
        let skill = self.parts.skills.get(plan.descriptor(step).skill_id.as_str());
        Ok(Question {
            policy: Arc::clone(policy),
            plan: Arc::clone(plan),
            run_id: self.header.run_id.clone(),
            agent_id: self.header.agent_id.clone(),
            step,
            attempt,
            skill: skill.cloned(),
            spent,
            step_spent: self.machine.cost_of(step),
            outstanding,
            request_hash: self.request_hash(step).map_err(Decision::Deny)?,
            // One that cannot be told ends the attempt before anything is sent.
            idempotency_key: plan
                .idempotency_key(step, &self.header.inputs)
                .unwrap_or_default(),
        })
    }

    /// Returns what identifies the request that the next attempt of `step` sends, where the step has an idempotency key of
    /// its own and changes something outside. Inputs that cannot be resolved send nothing.
    ///
    /// # Errors
    ///
    /// The denial of a request that cannot be told from others.
    fn request_hash(&self, step: StepIndex) -> Result<Option<ContentHash>, Denial> {
        let descriptor = self.machine.plan().descriptor(step);
        if descriptor.idempotency_key.is_none() || !self.machine.effect(step).is_outside() {
            return Ok(None);
        }
        let Ok(inputs) = self.machine.resolve_inputs(step) else {
            return Ok(None);
        };
        let hash = request_hash(&descriptor.skill_id, &inputs);
        hash.map(Some).map_err(|error| {
            let message = format!(
                "the request of step `{}` has no fingerprint: {error}",
                descriptor.id
            );
            Denial::new(RunStatus::PolicyViolation, ErrorCode::PolicyViolation, message)
        })
    }

    /// Returns why the validator refuses the inputs of `step`. Inputs that cannot be resolved are not refused here: the
    /// attempt fails because of them.
    fn refused_inputs(&self, step: StepIndex) -> Option<Denial> {
        let validator = self
            .parts
            .validator
            .as_ref()
            .filter(|_| self.guarded[step.get()])?;
        let inputs = self.machine.resolve_inputs(step).ok()?;
        let plan = self.machine.plan();
        let descriptor = plan.descriptor(step);
        let skill = self.parts.skills.get(descriptor.skill_id.as_str())?;
        let rejection = validator
            .check_inputs(plan, &descriptor.id, skill.manifest(), &inputs)
            .err()?;
        self.parts.observe(&RunEvent::Rejected {
            run_id: &self.header.run_id,
            findings: rejection.findings(),
        });
        Some(denial_of(&rejection, plan, validator.as_ref()))
    }
}

/// Returns for each step in canonical order whether the validator can refuse its inputs.
pub(super) fn guarded(plan: &WorkflowPlan, parts: &Parts) -> Vec<bool> {
    let is_guarded = |step: StepIndex| {
        let (validator, descriptor) = (parts.validator.as_ref()?, plan.descriptor(step));
        let skill = parts.skills.get(descriptor.skill_id.as_str())?;
        Some(validator.may_refuse(descriptor, skill.manifest()))
    };
    let steps = plan.steps().iter();
    steps
        .map(|step| is_guarded(step.index()).unwrap_or(false))
        .collect()
}

/// Returns how a run ends because of a rejection of `plan`, or of the inputs of one of its steps.
pub(super) fn denial_of(rejection: &Rejection, plan: &WorkflowPlan, validator: &dyn PlanValidator) -> Denial {
    let findings = rejection.findings();
    let first = findings
        .first()
        .map_or("no finding", |finding| finding.message.as_str());
    let more = match findings.len() {
        0 | 1 => String::new(),
        n => format!(" ({n} findings in all)"),
    };
    let message = format!("the sandbox refused it: {first}{more}");
    let mut denial = Denial::new(RunStatus::SandboxRejected, ErrorCode::SandboxRejection, message);
    denial.details = Some(json!({
        "findings": findings,
        "spec_hash": format!("{:x}", plan.hash()),
        "validator_hash": format!("{:x}", validator.hash()),
    }));
    denial
}
