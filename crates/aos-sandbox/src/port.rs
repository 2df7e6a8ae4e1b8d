//! The sandbox as the engine sees it.

use aos_spec::{
    ContentHash, Effect, SkillManifest, SkillRegistry, StepDescriptor, StepId, WorkflowPlan,
    limits as spec_limits,
    port::{Finding, PlanValidator, Rejection},
    skill::InputKind,
};
use serde_json::{Map, Value};
use tracing::warn;

use crate::{
    analysis::{Analysis, Skills, Steps},
    limits::Limits,
    mask,
    plan::child,
    report::{SandboxFinding, SandboxReport},
    rules::Rule,
    sandbox::{PlannerSandbox, depth_exceeds},
    sinks,
    walk::Site,
};

impl PlanValidator for PlannerSandbox {
    fn hash(&self) -> ContentHash {
        self.ruleset_hash()
    }

    /// Judges a plan that the engine has read and checked already, and logs what is only a warning.
    fn validate_plan(&self, plan: &WorkflowPlan, skills: &SkillRegistry) -> Result<(), Rejection> {
        let report = self.validate_workflow(plan, skills);
        for finding in &report.warnings {
            warn!(
                rule = finding.rule_id.id(),
                pointer = finding.pointer,
                "{}",
                finding.message
            );
        }
        reject(report.violations)
    }

    fn may_refuse(&self, step: &StepDescriptor, skill: &SkillManifest) -> bool {
        let mut inputs = step.inputs.iter();
        inputs.any(|(name, value)| is_judged(sink_of(skill, name), skill) && holds_reference(value))
    }

    /// Looks at the strings that references have changed; what is literal in the plan was judged with it.
    fn check_inputs(
        &self,
        plan: &WorkflowPlan,
        step: &StepId,
        skill: &SkillManifest,
        inputs: &Map<String, Value>,
    ) -> Result<(), Rejection> {
        let written = plan
            .index_of(step.as_str())
            .map(|index| &plan.descriptor(index).inputs);
        let mut analysis = Analysis::new(self, Skills::Any, self.options.limits.or(&Limits::of_workflows()));
        let max_string_bytes = analysis.limits.max_string_bytes;
        for (name, value) in inputs {
            let sink = sink_of(skill, name);
            if !is_judged(sink, skill) {
                continue;
            }
            // Where nothing is declared, an input may be as large as inputs may be at all.
            analysis.limits.max_string_bytes = match sink {
                InputKind::Unknown => self
                    .options
                    .limits
                    .max_string_bytes
                    .unwrap_or(spec_limits::MAX_RESOLVED_INPUT_BYTES),
                _ => max_string_bytes,
            };
            let site = Site {
                secret: mask::is_secret_name(name),
                ..Site::of(sink)
            };
            let literal = written.and_then(|inputs| inputs.get(name));
            analysis.changed(literal, value, &child("/inputs", name), site);
        }
        let mut findings = analysis.finish().violations;
        for finding in &mut findings {
            finding.step_id = Some(step.to_string());
            finding.skill_id = Some(skill.id.to_string());
        }
        reject(findings)
    }
}

impl PlannerSandbox {
    /// Judges a workflow that is about to run with the skills of `skills`. The limits of workflows hold for its size where
    /// the settings do not say otherwise, and those of the sandbox for its strings.
    #[must_use]
    pub fn validate_workflow(&self, plan: &WorkflowPlan, skills: &SkillRegistry) -> SandboxReport {
        let limits = self.options.limits.or(&Limits::of_workflows());
        let mut analysis = Analysis::new(self, Skills::Registered(skills), limits);
        let n_bytes = plan.canonical_spec().len();
        if n_bytes > analysis.limits.max_plan_bytes {
            analysis.report_plain(Rule::LimitBytes, "", Some(format!("{n_bytes} bytes")));
            return analysis.finish();
        }
        match serde_json::to_value(plan.spec()) {
            Ok(value) if depth_exceeds(&value, analysis.limits.max_depth) => {
                analysis.report_plain(Rule::LimitDepth, "", None);
            }
            Ok(value) => analysis.plan(&value),
            Err(error) => analysis.report_plain(Rule::PlanInvalidJson, "", Some(error.to_string())),
        }
        analysis.finish()
    }
}

fn sink_of(skill: &SkillManifest, input: &str) -> InputKind {
    sinks::for_input(skill.input_kinds.get(input).copied(), input)
}

/// Whether a value can do harm where it goes: a skill interprets it, or changes something with what it has not declared.
const fn is_judged(sink: InputKind, skill: &SkillManifest) -> bool {
    match sink {
        InputKind::FreeText
        | InputKind::Json
        | InputKind::Opaque
        // References into programs are refused in the plan.
        | InputKind::Code
        | InputKind::Regex => false,
        InputKind::Unknown => !matches!(skill.effect, Effect::Pure),
        _ => true,
    }
}

fn holds_reference(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(holds_reference),
        Value::Object(members) => members.values().any(holds_reference),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Analysis<'_> {
    /// Judges the parts of `value` that differ from what is written in the plan.
    fn changed(&mut self, literal: Option<&Value>, value: &Value, pointer: &str, site: Site<'_>) {
        match (literal, value) {
            (Some(literal), value) if literal == value => {}
            (Some(Value::Array(written)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.changed(written.get(index), item, &format!("{pointer}/{index}"), site);
                }
            }
            (Some(Value::Object(written)), Value::Object(members)) => {
                for (name, member) in members {
                    let secret = site.secret || mask::is_secret_name(name);
                    let site = Site { secret, ..site };
                    self.changed(written.get(name), member, &child(pointer, name), site);
                }
            }
            _ => self.walk(value, pointer, site, &Steps::none()),
        }
    }
}

fn reject(findings: Vec<SandboxFinding>) -> Result<(), Rejection> {
    Rejection::new(findings.into_iter().map(finding_of).collect()).map_or(Ok(()), Err)
}

/// Returns a finding in the form of the port, which has names of its own for a part of it.
fn finding_of(found: SandboxFinding) -> Finding {
    let mut details = match serde_json::to_value(&found) {
        Ok(Value::Object(details)) => details,
        _ => Map::new(),
    };
    for name in [
        "rule_id",
        "step_id",
        "pointer",
        "message",
        "forbidden_skill",
        "level",
    ] {
        details.remove(name);
    }
    let mut finding = Finding::new(found.rule_id.id(), found.pointer, found.message);
    finding.code = found.rule_id.code();
    finding.step_id = found.step_id.and_then(|id| StepId::new(id).ok());
    finding.forbidden_skill = found.forbidden_skill;
    finding.details = details;
    finding
}
