//! What a validation answers.

use std::ops::Range;

use aos_spec::{ContentHash, skill::InputKind};
use serde::Serialize;

use crate::{
    decode::Encoding,
    mask,
    rules::{Category, Level, Rule, Severity},
    taint::Label,
};

/// Something that was found in a plan, with all that is needed to see it, judge it and repair it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SandboxFinding {
    /// The rule.
    pub rule_id: Rule,
    /// What the rule is about.
    pub category: Category,
    /// Whether the finding blocks the plan.
    pub level: Level,
    /// How bad it is when the finding is right.
    pub severity: Severity,
    /// The step, where the finding belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    /// The skill of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill_id: Option<String>,
    /// The entry of the deny list that the skill is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forbidden_skill: Option<String>,
    /// JSON Pointer (RFC 6901) of the value.
    pub pointer: String,
    /// Whether the finding is in the last key of the pointer, and not in its value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_key: bool,
    /// Where it stands in the string, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Range<usize>>,
    /// The encodings that were undone to see it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decode_chain: Vec<Encoding>,
    /// The place, cut and with secrets masked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub fix: &'static str,
    /// The weakness in the Common Weakness Enumeration.
    pub cwe: u16,
    /// The risk in the OWASP list for agentic applications.
    pub owasp: &'static str,
    /// Recognises the same finding in a later version of the plan.
    pub fingerprint: String,
}

impl SandboxFinding {
    /// Returns a finding without a place in its string; `step` is its id and skill, either of them empty when unknown.
    pub(crate) fn new(
        rule: Rule,
        level: Level,
        pointer: &str,
        step: Option<(&str, &str)>,
        detail: Option<String>,
    ) -> Self {
        let name = |name: &str| (!name.is_empty()).then(|| mask::shown(name));
        Self {
            rule_id: rule,
            category: rule.category(),
            level,
            severity: rule.severity(),
            step_id: step.and_then(|(id, _)| name(id)),
            skill_id: step.and_then(|(_, skill)| name(skill)),
            forbidden_skill: None,
            pointer: pointer.into(),
            in_key: false,
            span: None,
            decode_chain: Vec::new(),
            excerpt: String::new(),
            message: detail.map_or_else(
                || rule.message().into(),
                |detail| format!("{}: {detail}", rule.message()),
            ),
            fix: rule.fix(),
            cwe: rule.cwe(),
            owasp: rule.owasp(),
            fingerprint: String::new(),
        }
    }
}

/// A value that exists only at run time and is checked again just before its skill is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Guard {
    /// The step that takes the value.
    pub step_id: String,
    /// JSON Pointer of the input.
    pub pointer: String,
    /// What the skill does with the input.
    pub sink: InputKind,
    /// The reference, as it is written.
    pub reference: String,
    /// Who may have written the value.
    pub label: Label,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Steps, those of nested plans included.
    pub n_steps: usize,
    /// Strings and keys.
    pub n_strings: usize,
    /// Bytes of them.
    pub n_bytes: usize,
    /// References.
    pub n_references: usize,
}

/// What the sandbox says about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SandboxReport {
    /// Whether the plan may run: whether there are no violations.
    pub valid: bool,
    /// Findings that block the plan, in a fixed order: the graph, the steps as they are listed, their references.
    pub violations: Vec<SandboxFinding>,
    /// Findings that are logged, in the same order.
    pub warnings: Vec<SandboxFinding>,
    /// Values that are checked again at run time.
    pub guards: Vec<Guard>,
    /// How much was looked at.
    pub stats: Stats,
    /// The version of the sandbox.
    pub engine: &'static str,
    /// Changes whenever a rule or a setting does.
    pub ruleset_hash: ContentHash,
}

impl SandboxReport {
    /// Returns all findings, violations first.
    pub fn findings(&self) -> impl Iterator<Item = &SandboxFinding> {
        self.violations.iter().chain(&self.warnings)
    }

    /// Whether a finding of this rule is among the violations.
    #[must_use]
    pub fn violates(&self, rule: Rule) -> bool {
        self.violations.iter().any(|finding| finding.rule_id == rule)
    }
}
