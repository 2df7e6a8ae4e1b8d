//! One validation: what it judges with, and what is gathered on the way.

use std::collections::BTreeMap;

use aos_spec::{ContentHash, SkillManifest, SkillRegistry, skill::InputKind};
use serde_json::Value;

use crate::{
    graph, idempotency,
    limits::Limits,
    mask,
    options::SandboxOptions,
    plan::{self, PlanStep, child},
    report::{Guard, SandboxFinding, SandboxReport, Stats},
    rules::{Level, Rule},
    sandbox::PlannerSandbox,
    scan::Found,
    taint,
    walk::Site,
};

/// The skills there are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Skills<'s> {
    /// Nobody knows.
    Any,
    /// Those with these manifests.
    Declared(&'s BTreeMap<String, SkillManifest>),
    /// Those of an engine.
    Registered(&'s SkillRegistry),
}

impl<'s> Skills<'s> {
    pub(crate) const fn are_known(self) -> bool {
        !matches!(self, Self::Any)
    }

    pub(crate) fn get(self, skill: &str) -> Option<&'s SkillManifest> {
        match self {
            Self::Any => None,
            Self::Declared(manifests) => manifests.get(skill),
            Self::Registered(registry) => registry.get(skill).map(|skill| skill.manifest()),
        }
    }
}

pub(crate) struct Analysis<'s> {
    sandbox: &'s PlannerSandbox,
    pub(crate) options: &'s SandboxOptions,
    pub(crate) skills: Skills<'s>,
    pub(crate) limits: Limits,
    pub(crate) guards: Vec<Guard>,
    pub(crate) stats: Stats,
    findings: Vec<SandboxFinding>,
    n_dropped: usize,
    /// What the deny list says about the names that were met.
    denied: BTreeMap<String, Option<&'s str>>,
}

/// The steps of the plan that is judged, by id.
pub(crate) struct Steps<'v> {
    pub(crate) list: Vec<PlanStep<'v>>,
    pub(crate) by_id: BTreeMap<&'v str, usize>,
    /// The parameters that the plan declares, with their defaults.
    pub(crate) parameters: BTreeMap<&'v str, Option<&'v Value>>,
}

impl<'s> Analysis<'s> {
    pub(crate) fn new(sandbox: &'s PlannerSandbox, skills: Skills<'s>, limits: Limits) -> Self {
        Self {
            sandbox,
            options: &sandbox.options,
            skills,
            limits,
            guards: Vec::new(),
            stats: Stats::default(),
            findings: Vec::new(),
            n_dropped: 0,
            denied: BTreeMap::new(),
        }
    }

    /// Judges a whole plan.
    pub(crate) fn plan(&mut self, plan: &Value) {
        let Some(list) = plan::steps(plan) else {
            self.report_plain(Rule::PlanShape, "", None);
            return self.value(plan, InputKind::Unknown);
        };
        self.stats.n_steps = list.len();
        if list.len() > self.limits.max_steps {
            return self.report_plain(Rule::LimitSteps, "/steps", Some(format!("{} steps", list.len())));
        }
        let steps = Steps::new(plan, list);
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
        self.walk(value, "", Site::of(sink), &Steps::none());
    }

    /// Returns the entry of the deny list that `skill` is on.
    pub(crate) fn denied(&mut self, skill: &str) -> Option<&'s str> {
        if let Some(entry) = self.denied.get(skill) {
            return *entry;
        }
        let entry = self.sandbox.deny.entry(skill);
        self.denied.insert(skill.to_owned(), entry);
        entry
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
        self.report_at(rule, rule.level(), &pointer, Some(step.names()), detail);
    }

    /// Reports that the value at `pointer` names a skill under the entry `entry` of the deny list.
    pub(crate) fn report_denied(
        &mut self,
        written: &str,
        entry: &str,
        pointer: &str,
        step: Option<(&str, &str)>,
    ) {
        let detail = Some(format!("`{}`", mask::shown(written)));
        let mut finding = SandboxFinding::new(
            Rule::SkillDenied,
            Rule::SkillDenied.level(),
            pointer,
            step,
            detail,
        );
        finding.forbidden_skill = Some(entry.to_owned());
        self.push(finding);
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
        if self.findings.len() >= self.limits.max_findings {
            self.n_dropped += 1;
            return;
        }
        let identity = format!("{}\n{}\n{}", finding.rule_id, finding.pointer, finding.excerpt);
        finding.fingerprint = ContentHash::of_bytes(identity.as_bytes()).to_string();
        self.findings.push(finding);
    }

    pub(crate) fn finish(mut self) -> SandboxReport {
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
            ruleset_hash: self.sandbox.ruleset_hash(),
        }
    }
}

impl<'v> Steps<'v> {
    fn new(plan: &'v Value, list: Vec<PlanStep<'v>>) -> Self {
        let mut by_id = BTreeMap::new();
        for (index, step) in list.iter().enumerate() {
            if let Some(id) = step.id {
                by_id.entry(id).or_insert(index);
            }
        }
        let declared = plan.get("inputs").and_then(Value::as_object);
        let parameters = declared.into_iter().flatten();
        Self {
            list,
            by_id,
            parameters: parameters
                .map(|(name, declared)| (name.as_str(), declared.get("default")))
                .collect(),
        }
    }

    pub(crate) const fn none() -> Self {
        Self {
            list: Vec::new(),
            by_id: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }
    }
}
