//! Whether a stored run is the one that is asked for, and whether this engine can execute it.

use std::collections::BTreeMap;

use aos_spec::{
    Effect, ErrorCode, SkillId, SkillRegistry, WorkflowPlan,
    check::{Problem, did_you_mean},
    journal::RunHeader,
};

use crate::EngineError;

/// Returns a problem for each step whose skill is not registered.
#[must_use]
pub fn check_skills(plan: &WorkflowPlan, skills: &SkillRegistry) -> Vec<Problem> {
    let known: Vec<_> = skills.manifests().map(|manifest| manifest.id.as_str()).collect();
    let missing = plan
        .spec()
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| skills.get(step.skill_id.as_str()).is_none());
    missing
        .map(|(position, step)| {
            let pointer = format!("/steps/{position}/skill_id");
            let message = format!("no skill `{}` is registered", step.skill_id);
            let problem = Problem::new(ErrorCode::SkillNotFound, pointer, message);
            match did_you_mean(step.skill_id.as_str(), known.iter().copied()) {
                Some(help) => problem.with_help(help),
                None => problem.with_help(format!("registered are {}", known.join(", "))),
            }
        })
        .collect()
}

/// Returns the effect class of each step in canonical order; a skill that is missing counts as the most careful one.
pub(crate) fn effects(plan: &WorkflowPlan, skills: &SkillRegistry) -> Vec<Effect> {
    let effect = |skill_id: &SkillId| {
        skills
            .get(skill_id.as_str())
            .map_or(Effect::Once, |skill| skill.manifest().effect)
    };
    plan.steps()
        .iter()
        .map(|step| effect(&plan.descriptor(step.index()).skill_id))
        .collect()
}

/// Returns the versions of the skills that the plan calls.
pub(crate) fn skill_versions(plan: &WorkflowPlan, skills: &SkillRegistry) -> BTreeMap<SkillId, String> {
    let steps = plan.spec().steps.iter();
    steps
        .filter_map(|step| {
            let skill = skills.get(step.skill_id.as_str())?;
            Some((step.skill_id.clone(), skill.manifest().version.clone()))
        })
        .collect()
}

/// Compares the header of a stored run with that of the run that is asked for.
pub(crate) fn check_same_run(stored: &RunHeader, given: &RunHeader) -> Result<(), EngineError> {
    let stale = |difference: String| EngineError::Stale {
        run_id: given.run_id.clone(),
        difference,
    };
    if !aos_spec::journal::check_readable_by(stored.format) {
        return Err(stale(format!(
            "journal format ({}): use the version of aos that wrote it",
            stored.format
        )));
    }
    if stored.spec_hash != given.spec_hash {
        return Err(stale(format!(
            "workflow ({} instead of {})",
            stored.spec_hash, given.spec_hash
        )));
    }
    if stored.seed != given.seed {
        return Err(EngineError::SeedDrift {
            run_id: given.run_id.clone(),
            stored: stored.seed.to_string(),
            given: given.seed.to_string(),
        });
    }
    if stored.inputs != given.inputs {
        return Err(stale("set of inputs".into()));
    }
    if stored.agent_id != given.agent_id {
        return Err(stale("agent".into()));
    }
    Ok(())
}

/// Refuses to go on with a run under other versions of its skills: a changed skill is a changed program.
pub(crate) fn check_same_skills(stored: &RunHeader, given: &RunHeader) -> Result<(), EngineError> {
    for (skill, version) in &stored.skill_versions {
        if given
            .skill_versions
            .get(skill)
            .is_some_and(|given| given != version)
        {
            let now = &given.skill_versions[skill];
            let difference = format!("version of skill `{skill}` ({version} instead of {now})");
            return Err(EngineError::Stale {
                run_id: given.run_id.clone(),
                difference,
            });
        }
    }
    Ok(())
}
