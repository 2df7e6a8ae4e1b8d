//! Only skills that may be called are, and nothing of a suspended tenant.

use aos_spec::ErrorCode;

use super::{Objection, Rule, View};
use crate::Hit;

pub(super) fn check(view: View<'_>) -> Objection {
    let tenant = view.config.tenant_of(view.agent_id);
    if let Some((tenant, rules)) = tenant.and_then(|tenant| view.config.tenants.get_key_value(tenant))
        && rules.suspended
    {
        let message = format!("the tenant `{tenant}` is suspended");
        return Objection::Refused(Hit::violation(
            Rule::SkillAllowed,
            ErrorCode::TenantSuspended,
            message,
        ));
    }
    let (skill, rules) = (&view.step.skill_id, &view.config.skills);
    let is_allowed = rules.allow.as_ref().is_none_or(|allow| allow.contains(skill));
    if is_allowed && !rules.deny.contains(skill) {
        return Objection::None;
    }
    let message = format!("the policy does not allow the skill `{skill}`");
    Objection::Refused(Hit::violation(
        Rule::SkillAllowed,
        ErrorCode::PolicyViolation,
        message,
    ))
}

pub(super) fn explain(view: View<'_>) -> String {
    let skill = &view.step.skill_id;
    match &view.config.skills.allow {
        Some(_) => format!("`{skill}` is among the skills that may be called"),
        None if view.config.skills.deny.is_empty() => "every skill may be called".into(),
        None => format!("`{skill}` is not among the skills that may not be called"),
    }
}
