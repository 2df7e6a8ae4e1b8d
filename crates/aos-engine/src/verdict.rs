//! What the validator says about a plan before there is a run of it.

use aos_spec::{ContentHash, WorkflowPlan};

use crate::engine::Parts;

impl Parts {
    /// Returns the hash of the rules by which the validator accepts `plan`.
    pub(crate) fn accepted_by(&self, plan: &WorkflowPlan) -> Option<ContentHash> {
        let validator = self.validator.as_ref()?;
        let verdict = validator.validate_plan(plan, &self.skills);
        verdict.is_ok().then(|| validator.hash())
    }

    /// Whether the validator refuses `plan` because of a forbidden skill. Such a plan becomes a run that is refused, for the
    /// record, although its skill is not registered either.
    pub(crate) fn calls_forbidden_skill(&self, plan: &WorkflowPlan) -> bool {
        let validator = self.validator.as_ref();
        let rejection = validator.and_then(|validator| validator.validate_plan(plan, &self.skills).err());
        rejection.is_some_and(|rejection| {
            let mut findings = rejection.findings().iter();
            findings.any(|finding| finding.forbidden_skill.is_some())
        })
    }
}
