//! The sandbox itself: what it is made of, and how it is asked.

use std::collections::BTreeMap;

use aos_spec::{ContentHash, SkillManifest, SkillRegistry, WorkflowSpec, skill::InputKind};
use serde_json::Value;

use crate::{
    analysis::{Analysis, Skills},
    limits::Limits,
    options::SandboxOptions,
    parse,
    policy::DenyList,
    report::{SandboxFinding, SandboxReport},
    rules::{self, Rule},
    taint::Label,
};

/// Judges plans before they run, and values before they reach a skill.
///
/// ```
/// use aos_sandbox::PlannerSandbox;
/// use serde_json::json;
///
/// let sandbox = PlannerSandbox::default();
/// let plan = json!({ "id": "p", "steps": [{ "id": "a", "skill_id": "Shell-Exec", "inputs": {} }] });
/// let report = sandbox.validate(&plan);
/// assert!(!report.valid);
/// assert_eq!(report.violations[0].rule_id.id(), "AOS-SKILL-001");
/// ```
#[derive(Debug, Clone)]
pub struct PlannerSandbox {
    pub(crate) options: SandboxOptions,
    pub(crate) deny: DenyList,
    /// The skills there are, when that is known.
    pub(crate) skills: Option<BTreeMap<String, SkillManifest>>,
    ruleset_hash: ContentHash,
}

impl Default for PlannerSandbox {
    fn default() -> Self {
        Self::new(SandboxOptions::default())
    }
}

impl PlannerSandbox {
    /// Returns a sandbox with these settings, which knows no skills: every skill that is not denied may be called, and
    /// every input may be anything.
    #[must_use]
    pub fn new(options: SandboxOptions) -> Self {
        let deny = DenyList::new(options.deny_skills.iter().map(String::as_str));
        let ruleset_hash = ruleset_hash(&deny, &options);
        Self {
            options,
            deny,
            skills: None,
            ruleset_hash,
        }
    }

    /// Returns the sandbox for plans that call these skills and no others.
    #[must_use]
    pub fn with_skills(self, registry: &SkillRegistry) -> Self {
        self.with_manifests(registry.manifests().cloned())
    }

    /// Returns the sandbox for plans that call the skills with these manifests and no others.
    #[must_use]
    pub fn with_manifests(mut self, manifests: impl IntoIterator<Item = SkillManifest>) -> Self {
        self.skills = Some(
            manifests
                .into_iter()
                .map(|manifest| (manifest.id.as_str().to_owned(), manifest))
                .collect(),
        );
        self
    }

    /// Judges a plan that is a JSON value already. Duplicate keys are lost in one; see [`PlannerSandbox::validate_bytes`].
    #[must_use]
    pub fn validate(&self, plan: &Value) -> SandboxReport {
        let mut analysis = self.analysis();
        if depth_exceeds(plan, analysis.limits.max_depth) {
            analysis.report_plain(Rule::LimitDepth, "", None);
        } else {
            analysis.plan(plan);
        }
        analysis.finish()
    }

    /// Judges a plan as it was received, and refuses what readers of JSON would understand differently.
    #[must_use]
    pub fn validate_bytes(&self, plan: &[u8]) -> SandboxReport {
        let mut analysis = self.analysis();
        if plan.len() > analysis.limits.max_plan_bytes {
            analysis.report_plain(Rule::LimitBytes, "", Some(format!("{} bytes", plan.len())));
            return analysis.finish();
        }
        let (value, problems) = parse::read(plan, analysis.limits.max_depth);
        for problem in problems {
            analysis.report_plain(problem.rule, &problem.pointer, Some(problem.detail));
        }
        if let Some(value) = value {
            analysis.plan(&value);
        }
        analysis.finish()
    }

    /// Judges a workflow.
    #[must_use]
    pub fn validate_spec(&self, spec: &WorkflowSpec) -> SandboxReport {
        match serde_json::to_value(spec) {
            Ok(value) => self.validate(&value),
            Err(error) => {
                let mut analysis = self.analysis();
                analysis.report_plain(Rule::PlanInvalidJson, "", Some(error.to_string()));
                analysis.finish()
            }
        }
    }

    /// Judges a value that goes to a place of the kind `sink`; `label` tells who may have written it. All strings in it
    /// are looked at, keys included.
    #[must_use]
    pub fn check_value(&self, sink: InputKind, value: &Value, label: Label) -> Vec<SandboxFinding> {
        let mut analysis = self.analysis();
        if label != Label::Trusted {
            analysis.value(value, sink);
        }
        analysis.finish().violations
    }

    /// Returns the entry of the deny list that `skill` is on, under any spelling.
    #[must_use]
    pub fn denied(&self, skill: &str) -> Option<&str> {
        self.deny.entry(skill)
    }

    fn analysis(&self) -> Analysis<'_> {
        let skills = self.skills.as_ref().map_or(Skills::Any, Skills::Declared);
        Analysis::new(self, skills, self.options.limits.or(&Limits::default()))
    }

    /// Returns a value that changes whenever a rule or a setting does.
    #[must_use]
    pub const fn ruleset_hash(&self) -> ContentHash {
        self.ruleset_hash
    }
}

fn ruleset_hash(deny: &DenyList, options: &SandboxOptions) -> ContentHash {
    let mut text = String::from(env!("CARGO_PKG_VERSION"));
    for rule in rules::all() {
        text.push_str(&format!(
            "\n{} {:?} {:?}",
            rule.id(),
            rule.level(),
            rule.severity()
        ));
    }
    for name in deny.names() {
        text.push_str("\ndeny ");
        text.push_str(name);
    }
    text.push_str(&format!("\n{options:?}"));
    ContentHash::of_bytes(text.as_bytes())
}

/// Whether arrays and objects are nested deeper than `max`.
pub(crate) fn depth_exceeds(value: &Value, max: usize) -> bool {
    match value {
        Value::Array(items) => max == 0 || items.iter().any(|item| depth_exceeds(item, max - 1)),
        Value::Object(members) => max == 0 || members.values().any(|member| depth_exceeds(member, max - 1)),
        _ => false,
    }
}
