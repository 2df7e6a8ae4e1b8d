//! Checking of whole workflow files and values.

use serde::Deserialize;
use serde_json::Value;

use super::{Problem, Problems, check_rules, nesting, structure};
use crate::{
    ErrorCode, WorkflowPlan, WorkflowSpec,
    source::{self, Document, Format},
};

/// Reads and checks the text of a workflow file.
///
/// ```
/// use aos_spec::{ErrorCode, check, source::Format};
///
/// let text = "id: shop\nsteps:\n  - id: fetch\n    skill: http_call\n";
/// let problems = check::check_text(text, Format::Yaml).unwrap_err();
/// assert_eq!(
///     problems[0].to_string(),
///     "3:5: MISSING_REQUIRED_FIELD a step needs the field `skill_id`",
/// );
/// assert_eq!(
///     problems[1].to_string(),
///     "4:5: UNKNOWN_FIELD a step has no field `skill` (did you mean `skill_id`?)",
/// );
/// ```
///
/// # Errors
///
/// All problems at once, in the order of their places in the text. A text that is not of its format has no data to
/// check, so that its problems hide all others.
pub fn check_text(text: impl AsRef<[u8]>, format: Format) -> Result<WorkflowPlan, Vec<Problem>> {
    let mut problems = Problems::new();
    let reading = source::read(text.as_ref(), format, &mut problems);
    let root = reading.root.as_ref();
    let plan = root.and_then(|root| plan_of(&root.value, &mut problems));
    plan.ok_or_else(|| problems.into_located(reading.text, root.map(|root| &root.spans)))
}

/// Checks the workflow in `document`.
///
/// # Errors
///
/// All problems at once, in the order of their places in the text.
pub fn check_document(document: &Document) -> Result<WorkflowPlan, Vec<Problem>> {
    let mut problems = Problems::new();
    let root = document.root();
    let plan = plan_of(&root.value, &mut problems);
    plan.ok_or_else(|| problems.into_located(document.text(), Some(&root.spans)))
}

/// Checks the workflow in `value`, such as an answer of a planner.
///
/// # Errors
///
/// All problems at once, in the order of their JSON Pointers.
pub fn check_value(value: &Value) -> Result<WorkflowPlan, Vec<Problem>> {
    let mut problems = Problems::new();
    if let Some(pointer) = nesting::find_too_deep(value, 0, "") {
        problems.add_too_deep(&pointer);
        return Err(problems.into_sorted());
    }
    plan_of(value, &mut problems).ok_or_else(|| problems.into_sorted())
}

/// Returns the plan of the workflow in `value` when there are no problems, neither new nor old ones.
fn plan_of(value: &Value, problems: &mut Problems) -> Option<WorkflowPlan> {
    let outline = structure::outline(value, problems);
    if !problems.is_empty() {
        check_rules(&outline, problems);
        return None;
    }
    match WorkflowSpec::deserialize(value) {
        Ok(spec) => WorkflowPlan::build(spec, problems),
        Err(error) => {
            problems.add(ErrorCode::InvalidSpec, "", error.to_string());
            None
        }
    }
}
