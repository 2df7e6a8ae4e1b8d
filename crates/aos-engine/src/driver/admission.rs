//! Whether an attempt may begin: the validator looks at the resolved inputs, then the policy decides.

use std::sync::Arc;

use aos_spec::{
    AgentId, ErrorCode, Money, RunId, RunStatus, StepIndex, WorkflowPlan,
    port::{Decision, Denial, PlanValidator, PolicyRequest, Rejection, RunEvent, Skill, StepPolicy},
};
use serde_json::json;

use super::Driver;
use crate::{engine::Parts, machine::Input};

/// What the policy is asked, owned by the question.
pub(super) struct Question {
    pub(super) policy: Arc<dyn StepPolicy>,
    pub(super) plan: Arc<WorkflowPlan>,
    pub(super) run_id: RunId,
    pub(super) agent_id: Option<AgentId>,
    pub(super) step: StepIndex,
    pub(super) attempt: u32,
    pub(super) skill: Option<Arc<dyn Skill>>,
    pub(super) spent: Money,
    pub(super) step_spent: Money,
    pub(super) outstanding: Option<Money>,
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

impl Driver<'_> {
    /// Returns why the validator refuses the inputs of `step`. Inputs that cannot be resolved are not refused here: the
    /// attempt fails because of them.
    pub(super) fn refused_inputs(&self, step: StepIndex) -> Option<Denial> {
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
