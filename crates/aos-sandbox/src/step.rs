//! One step of a plan: its id, its skill, and everything that stands in it.

use aos_spec::{SkillId, StepId, skill::InputKind};
use serde_json::Value;

use crate::{
    analysis::{Analysis, Steps},
    idempotency, mask,
    plan::{self, PlanStep, child, is_step_list},
    rules::Rule,
    sinks,
    walk::Site,
};

/// Members of a plan, of a step or of a parameter that are for people.
const PROSE_KEYS: &[&str] = &[
    "name",
    "title",
    "description",
    "summary",
    "comment",
    "reason",
    "reasoning",
    "thought",
    "goal",
    "notes",
    "metadata",
    "version",
    "$schema",
];

fn is_prose(name: &str) -> bool {
    PROSE_KEYS.contains(&name)
}

impl Analysis<'_> {
    pub(crate) fn step(&mut self, index: usize, steps: &Steps<'_>) {
        let step = &steps.list[index];
        self.id(index, step, steps);
        self.skill(step);
        idempotency::check_key(step, steps, self);
        for (name, value) in step.members {
            let pointer = child(&step.pointer, name);
            let site = |sink| Site {
                step: Some(step.names()),
                ..Site::of(sink)
            };
            match name.as_str() {
                _ if step.inputs.is_some_and(|(key, _)| key == name) => self.inputs(step, &pointer, steps),
                _ if is_prose(name) => self.walk(value, &pointer, site(InputKind::FreeText), steps),
                "idempotency_key" => self.walk(value, &pointer, site(InputKind::SqlParam), steps),
                "depends_on" | "id" => {}
                _ if is_step_list(name, value) || step.skill.is_some_and(|(key, _)| key == name) => {}
                _ => self.member(name, value, &pointer, site(InputKind::Unknown), steps),
            }
        }
    }

    fn id(&mut self, index: usize, step: &PlanStep<'_>, steps: &Steps<'_>) {
        let Some(id) = step.id.filter(|id| StepId::new(id).is_ok()) else {
            return self.report_step(Rule::PlanStepId, step, "id", None);
        };
        let first = steps.by_id.get(id).copied().unwrap_or(index);
        if first != index && steps.list[first].list == step.list {
            self.report_step(Rule::PlanDuplicateStep, step, "id", Some(format!("`{id}`")));
        }
    }

    fn inputs(&mut self, step: &PlanStep<'_>, pointer: &str, steps: &Steps<'_>) {
        let manifest = step.skill_id().and_then(|skill| self.skills.get(skill));
        for (name, value) in step.inputs.into_iter().flat_map(|(_, inputs)| inputs) {
            let declared = manifest.and_then(|manifest| manifest.input_kinds.get(name));
            let site = Site {
                step: Some(step.names()),
                ..Site::of(sinks::for_input(declared.copied(), name))
            };
            self.member(name, value, &child(pointer, name), site, steps);
        }
    }

    fn skill(&mut self, step: &PlanStep<'_>) {
        for (key, skill) in plan::SKILL_KEYS
            .iter()
            .filter_map(|key| Some((key, step.members.get(*key)?.as_str()?)))
        {
            let is_called = step.skill.is_some_and(|(called, _)| called == *key);
            if let Some(entry) = self.denied(skill) {
                // The others are met again as members of the step.
                if is_called {
                    self.report_denied(skill, entry, &child(&step.pointer, key), Some(step.names()));
                }
            } else if skill.contains("${") || skill.contains("{{") {
                self.report_step(Rule::SkillFromReference, step, key, None);
            }
        }
        let Some((key, skill)) = step.skill else {
            return self.report_step(Rule::SkillMissing, step, "skill_id", None);
        };
        let shown = || Some(format!("`{}`", mask::shown(skill)));
        if SkillId::new(skill).is_err() {
            if !skill.contains("${") {
                self.report_step(Rule::SkillMissing, step, key, shown());
            }
        } else if self.denied(skill).is_some() {
            // Reported above.
        } else if self.skills.are_known() && self.skills.get(skill).is_none() {
            self.report_step(Rule::SkillUnknown, step, key, shown());
        } else if let Some(only) = &self.options.only_skills
            && !only.iter().any(|allowed| allowed == skill)
        {
            self.report_step(Rule::SkillNotAllowed, step, key, shown());
        }
    }

    /// Walks through what stands beside the steps.
    pub(crate) fn outside_steps(&mut self, plan: &Value, steps: &Steps<'_>) {
        let Value::Object(members) = plan else { return };
        for (name, value) in members.iter().filter(|(name, value)| !is_step_list(name, value)) {
            let pointer = child("", name);
            match value {
                Value::Object(parameters) if name == "inputs" => {
                    for (parameter, declared) in parameters {
                        self.parameter(parameter, declared, &child(&pointer, parameter), steps);
                    }
                }
                _ if is_prose(name) => {
                    self.member(name, value, &pointer, Site::of(InputKind::FreeText), steps);
                }
                _ => self.member(name, value, &pointer, Site::of(InputKind::Unknown), steps),
            }
        }
    }

    /// Judges the declaration of a parameter; what is meant for people only warns.
    fn parameter(&mut self, name: &str, declared: &Value, pointer: &str, steps: &Steps<'_>) {
        let Value::Object(members) = declared else {
            return self.member(name, declared, pointer, Site::of(InputKind::Unknown), steps);
        };
        self.key(name, pointer, Site::of(InputKind::Unknown));
        for (member, value) in members {
            let sink = if is_prose(member) {
                InputKind::FreeText
            } else {
                InputKind::Unknown
            };
            let site = Site {
                secret: mask::is_secret_name(name),
                ..Site::of(sink)
            };
            self.walk(value, &child(pointer, member), site, steps);
        }
    }
}
