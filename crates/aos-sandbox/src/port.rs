//! The sandbox as the engine sees it.

use aos_spec::{
    Effect, SkillManifest, SkillRegistry, StepId, WorkflowPlan, limits as spec_limits,
    port::{Finding, PlanValidator, Rejection},
    skill::InputKind,
};
use serde_json::{Map, Value};

use crate::{
    limits::Limits, plan::child, report::SandboxFinding, sandbox::PlannerSandbox, sinks, taint::Label,
};

impl PlanValidator for PlannerSandbox {
    /// Judges a plan that the engine has read and checked already: the limits of specifications hold for its size, and
    /// those of the sandbox for its strings.
    fn validate_plan(&self, plan: &WorkflowPlan, skills: &SkillRegistry) -> Result<(), Rejection> {
        let limits = Limits {
            max_plan_bytes: spec_limits::MAX_SPEC_BYTES,
            max_depth: spec_limits::MAX_NESTING + 8,
            max_steps: spec_limits::MAX_STEPS,
            ..self.options.limits.clone()
        };
        let mut sandbox = self.clone().with_skills(skills);
        sandbox.options.limits = limits;
        let report = sandbox.validate_spec(plan.spec());
        reject(report.violations, None)
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
        let mut findings = Vec::new();
        for (name, value) in inputs {
            let literal = written.and_then(|inputs| inputs.get(name));
            if literal == Some(value) {
                continue;
            }
            let sink = sinks::for_input(skill.input_kinds.get(name).copied(), name);
            if sink == InputKind::Unknown && skill.effect == Effect::Pure {
                continue;
            }
            changed(self, sink, literal, value, &child("/inputs", name), &mut findings);
        }
        reject(findings, Some(step))
    }
}

/// Judges the parts of `value` that differ from what is written in the plan.
fn changed(
    sandbox: &PlannerSandbox,
    sink: InputKind,
    literal: Option<&Value>,
    value: &Value,
    pointer: &str,
    findings: &mut Vec<SandboxFinding>,
) {
    if literal == Some(value) {
        return;
    }
    match (literal, value) {
        (Some(Value::Array(written)), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                changed(
                    sandbox,
                    sink,
                    written.get(index),
                    item,
                    &format!("{pointer}/{index}"),
                    findings,
                );
            }
        }
        (Some(Value::Object(written)), Value::Object(members)) => {
            for (name, member) in members {
                changed(
                    sandbox,
                    sink,
                    written.get(name),
                    member,
                    &child(pointer, name),
                    findings,
                );
            }
        }
        _ => {
            for mut finding in sandbox
                .at_run_time(sink)
                .check_value(sink, value, Label::Untrusted)
            {
                finding.pointer.insert_str(0, pointer);
                findings.push(finding);
            }
        }
    }
}

impl PlannerSandbox {
    /// Returns the sandbox for values of the kind `sink` that exist at run time only. Data that nothing interprets may be
    /// as large as inputs may be at all.
    fn at_run_time(&self, sink: InputKind) -> Self {
        let mut sandbox = self.clone();
        sandbox.options.limits.max_depth = spec_limits::MAX_NESTING + 8;
        if matches!(
            sink,
            InputKind::Unknown | InputKind::Json | InputKind::FreeText | InputKind::Opaque
        ) {
            sandbox.options.limits.max_string_bytes = spec_limits::MAX_RESOLVED_INPUT_BYTES;
        }
        sandbox
    }
}

fn reject(findings: Vec<SandboxFinding>, step: Option<&StepId>) -> Result<(), Rejection> {
    let findings = findings
        .into_iter()
        .map(|found| {
            let mut finding = Finding::new(found.rule_id.id(), found.pointer, found.message);
            finding.step_id = step
                .cloned()
                .or_else(|| found.step_id.and_then(|id| StepId::new(id).ok()));
            finding
        })
        .collect();
    Rejection::new(findings).map_or(Ok(()), Err)
}
