//! The shape of a plan: its levels, and the steps that it ends with.

use std::collections::BTreeSet;

use aos_spec::{PlannedStep, StepIndex, WorkflowPlan, WorkflowResult};
use serde_json::{Map, Value};

/// Returns the level of each step in canonical order: 1 without dependencies, otherwise one more than its deepest
/// dependency.
pub(crate) fn levels(plan: &WorkflowPlan) -> Vec<usize> {
    let mut levels: Vec<usize> = Vec::with_capacity(plan.len());
    for step in plan.steps() {
        let deepest = step.depends_on().iter().map(|on| levels[on.get()]).max();
        levels.push(deepest.unwrap_or(0) + 1);
    }
    levels
}

/// Returns the steps on which no other step depends: what the workflow is for.
pub(crate) fn final_steps(plan: &WorkflowPlan) -> Vec<StepIndex> {
    let depended_on: BTreeSet<_> = plan.steps().iter().flat_map(PlannedStep::depends_on).collect();
    plan.steps()
        .iter()
        .map(PlannedStep::index)
        .filter(|index| !depended_on.contains(index))
        .collect()
}

/// Returns the outputs of the final steps by step; `null` for one that failed or was skipped.
pub(crate) fn final_outputs(plan: &WorkflowPlan, result: &WorkflowResult) -> Map<String, Value> {
    final_steps(plan)
        .into_iter()
        .map(|index| {
            let id = &plan.descriptor(index).id;
            let output = result
                .step_results
                .get(index.get())
                .map(|step| step.output.clone());
            (id.to_string(), output.unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use aos_spec::{WorkflowPlan, WorkflowSpec};
    use serde_json::json;

    use super::{final_steps, levels};

    #[test]
    fn a_diamond_has_three_levels_and_ends_in_two_steps() {
        let step = |id: &str, on: &[&str]| json!({ "id": id, "skill_id": "s", "depends_on": on });
        let steps = [
            step("a", &[]),
            step("b", &["a"]),
            step("c", &["a"]),
            step("d", &["b", "c"]),
            step("e", &[]),
        ];
        let spec: WorkflowSpec = serde_json::from_value(json!({ "id": "w", "steps": steps })).unwrap();
        let plan = WorkflowPlan::new(spec).unwrap();
        assert_eq!(levels(&plan), [1, 2, 2, 3, 1]);
        let ends: Vec<_> = final_steps(&plan)
            .iter()
            .map(|index| plan.descriptor(*index).id.as_str())
            .collect();
        assert_eq!(ends, ["d", "e"]);
    }
}
