//! One validation: the walk through a plan, and what is gathered on the way.

use std::collections::BTreeMap;

use aos_spec::{ContentHash, SkillId, SkillManifest, StepId, skill::InputKind};
use serde_json::Value;

use crate::{
    graph, idempotency, mask,
    plan::{self, PlanStep, child, is_step_list},
    report::{Guard, SandboxFinding, SandboxReport, Stats},
    rules::{Level, Rule},
    sandbox::PlannerSandbox,
    scan::Found,
    sinks, taint,
    walk::Site,
};

/// Members of a plan or a step that are for people.
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

pub(crate) struct Analysis<'s> {
    pub(crate) sandbox: &'s PlannerSandbox,
    findings: Vec<SandboxFinding>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) stats: Stats,
    n_dropped: usize,
}

/// The steps of the plan that is judged, by id.
pub(crate) struct Steps<'v> {
    pub(crate) list: Vec<PlanStep<'v>>,
    pub(crate) by_id: BTreeMap<&'v str, usize>,
    /// The parameters that the plan declares.
    pub(crate) parameters: Vec<&'v str>,
}

impl<'s> Analysis<'s> {
    pub(crate) const fn new(sandbox: &'s PlannerSandbox) -> Self {
        Self {
            sandbox,
            findings: Vec::new(),
            guards: Vec::new(),
            stats: Stats {
                n_steps: 0,
                n_strings: 0,
                n_bytes: 0,
                n_references: 0,
            },
            n_dropped: 0,
        }
    }

    pub(crate) fn manifest(&self, skill: &str) -> Option<&'s SkillManifest> {
        self.sandbox.skills.as_ref()?.get(skill)
    }

    /// Judges a whole plan.
    pub(crate) fn plan(&mut self, plan: &Value) {
        let Some(list) = plan::steps(plan) else {
            self.report_plain(Rule::PlanShape, "", None);
            self.walk(
                plan,
                "",
                Site {
                    step: None,
                    sink: InputKind::Unknown,
                    secret: false,
                },
                &Steps::none(),
            );
            return;
        };
        self.stats.n_steps = list.len();
        if list.len() > self.sandbox.options.limits.max_steps {
            self.report_plain(Rule::LimitSteps, "/steps", Some(format!("{} steps", list.len())));
            return;
        }
        let mut by_id = BTreeMap::new();
        for (index, step) in list.iter().enumerate() {
            if let Some(id) = step.id {
                by_id.entry(id).or_insert(index);
            }
        }
        let parameters = plan
            .get("inputs")
            .and_then(Value::as_object)
            .map_or_else(Vec::new, |inputs| inputs.keys().map(String::as_str).collect());
        let steps = Steps {
            list,
            by_id,
            parameters,
        };
        let graph = graph::Graph::new(&steps);
        graph.report(&steps, self);
        for index in 0..steps.list.len() {
            self.step(index, &steps);
        }
        idempotency::check_duplicates(&steps, self);
        taint::check(&steps, &graph, self);
        self.outside_steps(plan, &steps);
    }

    /// Judges a value on its own.
    pub(crate) fn value(&mut self, value: &Value, sink: InputKind) {
        self.walk(
            value,
            "",
            Site {
                step: None,
                sink,
                secret: false,
            },
            &Steps::none(),
        );
    }

    fn step(&mut self, index: usize, steps: &Steps<'_>) {
        let step = &steps.list[index];
        match step.id {
            Some(id) if StepId::new(id).is_err() => self.report_step(Rule::PlanStepId, step, "id", None),
            None => self.report_step(Rule::PlanStepId, step, "id", None),
            Some(id)
                if steps
                    .by_id
                    .get(id)
                    .is_some_and(|first| *first != index && steps.list[*first].list == step.list) =>
            {
                self.report_step(Rule::PlanDuplicateStep, step, "id", Some(format!("`{id}`")));
            }
            Some(_) => {}
        }
        self.skill(step);
        idempotency::check_key(step, steps, self);
        let manifest = step.skill_id().and_then(|skill| self.manifest(skill));
        let names = (step.id.unwrap_or_default(), step.skill_id().unwrap_or_default());
        for (name, value) in step.members {
            let pointer = child(&step.pointer, name);
            let site = Site {
                step: Some(names),
                sink: InputKind::Unknown,
                secret: false,
            };
            let inputs = step.inputs.is_some_and(|(key, _)| key == name);
            if inputs && let Value::Object(inputs) = value {
                for (input, value) in inputs {
                    let pointer = child(&pointer, input);
                    let declared = manifest
                        .and_then(|manifest| manifest.input_kinds.get(input))
                        .copied();
                    let sink = sinks::for_input(declared, input);
                    self.key(input, &pointer, site);
                    self.walk(
                        value,
                        &pointer,
                        Site {
                            sink,
                            secret: mask::is_secret_name(input),
                            ..site
                        },
                        steps,
                    );
                }
            } else if PROSE_KEYS.contains(&name.as_str()) {
                self.walk(
                    value,
                    &pointer,
                    Site {
                        sink: InputKind::FreeText,
                        ..site
                    },
                    steps,
                );
            } else if name == "idempotency_key" {
                self.walk(
                    value,
                    &pointer,
                    Site {
                        sink: InputKind::SqlParam,
                        ..site
                    },
                    steps,
                );
            } else if name != "depends_on"
                && name != "id"
                && !is_step_list(name, value)
                && step.skill.is_none_or(|(key, _)| key != name)
            {
                self.key(name, &pointer, site);
                self.walk(value, &pointer, site, steps);
            }
        }
    }

    fn skill(&mut self, step: &PlanStep<'_>) {
        for key in plan::SKILL_KEYS {
            let Some(skill) = step.members.get(*key).and_then(Value::as_str) else {
                continue;
            };
            if self.denied(skill) {
                self.report_step(
                    Rule::SkillDenied,
                    step,
                    key,
                    Some(format!("`{}`", mask::shown(skill))),
                );
            } else if skill.contains("${") || skill.contains("{{") {
                self.report_step(Rule::SkillFromReference, step, key, None);
            }
        }
        let Some((key, skill)) = step.skill else {
            self.report_step(Rule::SkillMissing, step, "skill_id", None);
            return;
        };
        if SkillId::new(skill).is_err() {
            if !skill.contains("${") {
                self.report_step(
                    Rule::SkillMissing,
                    step,
                    key,
                    Some(format!("`{}`", mask::shown(skill))),
                );
            }
        } else if self
            .sandbox
            .skills
            .as_ref()
            .is_some_and(|skills| !skills.contains_key(skill))
            && !self.denied(skill)
        {
            self.report_step(
                Rule::SkillUnknown,
                step,
                key,
                Some(format!("`{}`", mask::shown(skill))),
            );
        }
    }

    pub(crate) fn denied(&self, skill: &str) -> bool {
        self.sandbox.deny.denies(skill)
    }

    /// Walks through what stands beside the steps.
    fn outside_steps(&mut self, plan: &Value, steps: &Steps<'_>) {
        let Value::Object(members) = plan else { return };
        for (name, value) in members.iter().filter(|(name, value)| !is_step_list(name, value)) {
            let pointer = child("", name);
            let sink = if PROSE_KEYS.contains(&name.as_str()) {
                InputKind::FreeText
            } else {
                InputKind::Unknown
            };
            let site = Site {
                step: None,
                sink,
                secret: false,
            };
            self.key(name, &pointer, site);
            self.walk(value, &pointer, site, steps);
        }
    }

    pub(crate) fn report_found(
        &mut self,
        found: &Found,
        text: &str,
        pointer: &str,
        site: Site<'_>,
        in_key: bool,
    ) {
        let mut finding = SandboxFinding::new(found.rule, found.level, pointer, site.step, None);
        finding.in_key = in_key;
        finding.span = Some(found.span.clone());
        finding.decode_chain.clone_from(&found.chain);
        finding.excerpt = mask::excerpt(text, &found.span, site.secret && !in_key);
        self.push(finding);
    }

    pub(crate) fn report_plain(&mut self, rule: Rule, pointer: &str, detail: Option<String>) {
        self.report_at(rule, rule.level(), pointer, None, detail);
    }

    pub(crate) fn report_step(
        &mut self,
        rule: Rule,
        step: &PlanStep<'_>,
        member: &str,
        detail: Option<String>,
    ) {
        let pointer = if step.members.contains_key(member) {
            child(&step.pointer, member)
        } else {
            step.pointer.clone()
        };
        self.report_at(
            rule,
            rule.level(),
            &pointer,
            Some((step.id.unwrap_or_default(), step.skill_id().unwrap_or_default())),
            detail,
        );
    }

    pub(crate) fn report_at(
        &mut self,
        rule: Rule,
        level: Level,
        pointer: &str,
        step: Option<(&str, &str)>,
        detail: Option<String>,
    ) {
        self.push(SandboxFinding::new(rule, level, pointer, step, detail));
    }

    fn push(&mut self, mut finding: SandboxFinding) {
        if self.findings.len() >= self.sandbox.options.limits.max_findings {
            self.n_dropped += 1;
            return;
        }
        let identity = format!("{}\n{}\n{}", finding.rule_id, finding.pointer, finding.excerpt);
        finding.fingerprint = ContentHash::of_bytes(identity.as_bytes()).to_string();
        self.findings.push(finding);
    }

    pub(crate) fn finish(mut self, ruleset_hash: ContentHash) -> SandboxReport {
        if self.n_dropped > 0 {
            let detail = format!("{} more", self.n_dropped);
            self.findings.push(SandboxFinding::new(
                Rule::LimitFindings,
                Level::Violation,
                "",
                None,
                Some(detail),
            ));
        }
        self.guards.sort();
        self.guards.dedup();
        let (violations, warnings): (Vec<_>, Vec<_>) = self
            .findings
            .into_iter()
            .partition(|finding| finding.level == Level::Violation);
        SandboxReport {
            valid: violations.is_empty(),
            violations,
            warnings,
            guards: self.guards,
            stats: self.stats,
            engine: concat!("aos-sandbox ", env!("CARGO_PKG_VERSION")),
            ruleset_hash,
        }
    }
}

impl Steps<'_> {
    const fn none() -> Self {
        Self {
            list: Vec::new(),
            by_id: BTreeMap::new(),
            parameters: Vec::new(),
        }
    }
}
