//! Nothing executes while an emergency stop is on, or while nobody can tell whether it is.

use aos_spec::{
    AgentId, ErrorCode, RunStatus, SkillId, WorkflowSpec,
    port::{StopScope, SwitchState},
};

use super::Rule;
use crate::{Hit, PolicyConfig};

/// What an emergency stop could be about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) config: &'a PolicyConfig,
    pub(crate) spec: &'a WorkflowSpec,
    pub(crate) agent_id: Option<&'a AgentId>,
}

/// Whether the value of the environment variable turns the stop on. What is not clearly off is on.
pub(crate) fn is_on(variable: Option<&str>) -> bool {
    let value = variable.unwrap_or_default().trim();
    let off = ["", "0", "false", "no", "off"];
    !off.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Returns why the stop of the environment variable `name` is on.
pub(crate) fn by_variable(name: &str) -> Hit {
    stopped(format!(
        "the emergency stop is on: the environment variable `{name}` is set"
    ))
}

/// Returns the first stop that is about `subject` and any of `skills`.
pub(crate) fn by_switch<'a>(
    switch: &Result<SwitchState, String>,
    subject: Subject<'_>,
    skills: impl IntoIterator<Item = &'a SkillId> + Clone,
) -> Option<Hit> {
    let state = match switch {
        Ok(state) => state,
        Err(error) => {
            let message = format!("the emergency stop counts as on, because it cannot be read: {error}");
            return Some(stopped(message));
        }
    };
    let order = state.orders.iter().find(|order| match &order.scope {
        StopScope::All => true,
        StopScope::Tenant(id) => subject.config.tenant_of(subject.agent_id) == Some(id),
        StopScope::Agent(id) => subject.agent_id == Some(id),
        StopScope::Workflow(id) => subject.spec.id == *id,
        StopScope::Skill(id) => skills.clone().into_iter().any(|skill| skill == id),
    })?;
    let (scope, generation, reason) = (&order.scope, order.generation, &order.reason);
    Some(stopped(format!(
        "the emergency stop of `{scope}` is on since change {generation}: {reason}"
    )))
}

/// Says why nothing is stopped.
pub(crate) fn explain() -> String {
    "no stop is on that is about this step".into()
}

fn stopped(message: String) -> Hit {
    Hit {
        status: RunStatus::EmergencyStopped,
        ..Hit::violation(Rule::EmergencyStop, ErrorCode::EmergencyStop, message)
    }
}
