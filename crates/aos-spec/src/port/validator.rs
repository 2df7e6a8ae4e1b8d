//! Who decides whether a plan may run at all.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{ContentHash, ErrorCode, SkillManifest, SkillRegistry, StepDescriptor, StepId, WorkflowPlan};

/// Something that a validator found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable id of the rule.
    pub rule_id: String,
    /// The row of the table of codes that says what kind of finding it is.
    pub code: ErrorCode,
    /// The step.
    pub step_id: Option<StepId>,
    /// JSON Pointer of the value.
    pub pointer: String,
    /// What was found; never the value itself where it may be secret.
    pub message: String,
    /// The entry of a deny list that the skill of the step is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forbidden_skill: Option<String>,
    /// What else the validator says about it, by names of its own.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Finding {
    /// Returns a finding of no special kind that belongs to no step.
    #[must_use]
    pub fn new(rule_id: impl Into<String>, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule_id: rule_id.into(),
            code: ErrorCode::SandboxRejection,
            step_id: None,
            pointer: pointer.into(),
            message: message.into(),
            forbidden_skill: None,
            details: Map::new(),
        }
    }
}

/// A plan or a value was refused: nothing of it may execute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    // INVARIANT: not empty.
    findings: Vec<Finding>,
}

impl Rejection {
    /// Returns the rejection because of `findings`; `None` when there are none.
    #[must_use]
    pub fn new(findings: Vec<Finding>) -> Option<Self> {
        (!findings.is_empty()).then_some(Self { findings })
    }

    /// Returns what was found; never empty.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Decides whether a plan may run, and guards values that exist only at run time.
///
/// A plan is judged once, before its run begins; what was accepted is noted in the run beside the hash of the plan, and a
/// resumed run is not judged again. The inputs of a step are judged before each of its attempts.
///
/// The answers depend on the arguments alone, so that a run ends in the same way wherever it is executed.
pub trait PlanValidator: Send + Sync {
    /// Returns the hash of the rules, which is kept with each run whose plan they accepted.
    fn hash(&self) -> ContentHash;

    /// Checks a plan before its first step.
    ///
    /// # Errors
    ///
    /// [`Rejection`] with all findings; the run ends as `sandbox_rejected` and nothing of it executes.
    fn validate_plan(&self, plan: &WorkflowPlan, skills: &SkillRegistry) -> Result<(), Rejection>;

    /// Whether [`check_inputs`](PlanValidator::check_inputs) can refuse `step`, whatever the outputs of earlier steps are.
    /// A step for which it cannot is not asked about, and effects of later steps need not wait for it.
    fn may_refuse(&self, step: &StepDescriptor, skill: &SkillManifest) -> bool;

    /// Checks the resolved inputs of a step just before its skill is invoked, so that hostile outputs of earlier steps
    /// are stopped.
    ///
    /// # Errors
    ///
    /// [`Rejection`] with all findings; the run ends as `sandbox_rejected` and the skill is not invoked.
    fn check_inputs(
        &self,
        plan: &WorkflowPlan,
        step: &StepId,
        skill: &SkillManifest,
        inputs: &Map<String, Value>,
    ) -> Result<(), Rejection>;
}
