//! The fields of a workflow, its parameters and its steps: which there are, and of which types.
//!
//! Each field is read on its own, so that every wrong one is reported. The fields here are those of
//! [`WorkflowSpec`](crate::WorkflowSpec) and its parts; tests compare them with its JSON Schema.

use serde_json::{Map, Value};

use super::{
    fields::{Fields, read_id},
    outline::{Outline, ParameterOutline, StepName, StepOutline},
    problems::Problems,
};
use crate::{
    ErrorCode, Money, OnError, SkillId, Speculation, StepId, WorkflowId, limits,
    source::pointer,
    workflow::{InputType, SpecVersion, TimeoutSeconds},
};

/// Reads the outline of the workflow in `value`; what is wrong with its fields goes to `problems`.
pub(super) fn outline<'a>(value: &'a Value, problems: &mut Problems) -> Outline<'a> {
    let Some(mut fields) = Fields::of(value, "a workflow", String::new(), problems) else {
        return Outline::default();
    };
    fields.optional::<Option<String>>("$schema");
    fields.id::<WorkflowId>("id");
    fields.optional::<String>("name");
    fields.optional::<SpecVersion>("version");
    let has_parameters = fields.has("inputs");
    let parameters = fields.object("inputs");
    fields.require("steps");
    let steps = fields.list("steps");
    fields.optional::<Option<Money>>("budget_ceiling_cents");
    fields.optional::<Option<TimeoutSeconds>>("timeout_seconds");
    fields.optional::<Speculation>("speculation");
    fields.object("metadata");
    fields.close();

    let parameters = match parameters {
        Some(declared) => Some(read_parameters(declared, problems)),
        None if has_parameters => None,
        None => Some(Vec::new()),
    };
    let steps = steps.and_then(|steps| read_steps(steps, problems));
    Outline { parameters, steps }
}

fn read_parameters<'a>(
    declared: &'a Map<String, Value>,
    problems: &mut Problems,
) -> Vec<ParameterOutline<'a>> {
    let read = |(name, value): (&'a String, &'a Value)| {
        let mut parameter = ParameterOutline {
            name,
            kind: None,
            default: None,
        };
        let pointer = pointer::child("/inputs", name);
        if let Some(mut fields) = Fields::of(value, "a parameter", pointer, problems) {
            parameter.kind = fields.required::<InputType>("type");
            parameter.default = fields.value("default");
            fields.optional::<String>("description");
            fields.close();
        }
        parameter
    };
    declared.iter().map(read).collect()
}

fn read_steps<'a>(steps: &'a [Value], problems: &mut Problems) -> Option<Vec<StepOutline<'a>>> {
    if steps.len() > limits::MAX_STEPS {
        let message = format!(
            "{} steps are more than the {} allowed",
            steps.len(),
            limits::MAX_STEPS
        );
        problems.add(ErrorCode::LimitExceeded, "/steps", message);
        return None;
    }
    let read = |(position, step)| read_step(step, format!("/steps/{position}"), problems);
    Some(steps.iter().enumerate().map(read).collect())
}

fn read_step<'a>(value: &'a Value, pointer: String, problems: &mut Problems) -> StepOutline<'a> {
    let Some(mut fields) = Fields::of(value, "a step", pointer, problems) else {
        return StepOutline::default();
    };
    let id = match fields.id::<StepId>("id") {
        Some(id) => StepName::Known(id),
        None if fields.value("id").is_some_and(Value::is_string) => StepName::Unusable,
        None => StepName::Unknown,
    };
    fields.id::<SkillId>("skill_id");
    fields.optional::<bool>("retry");
    fields.optional::<OnError>("on_error");
    fields.optional::<Option<TimeoutSeconds>>("timeout_seconds");
    let outline = StepOutline {
        id,
        inputs: fields.object("inputs"),
        depends_on: read_dependencies(&mut fields),
        estimated_cost: fields.optional("estimated_cost_cents").unwrap_or_default(),
        max_cost: fields.optional("max_cost_cents").flatten(),
        max_retries: fields.optional("max_retries").unwrap_or_default(),
        idempotency_key: fields.optional("idempotency_key").flatten(),
    };
    fields.close();
    outline
}

fn read_dependencies(fields: &mut Fields<'_, '_>) -> Vec<(usize, StepId)> {
    let pointer = fields.pointer("depends_on");
    let ids = fields.list("depends_on").map_or(&[][..], Vec::as_slice);
    let read = |(number, id)| {
        let id = read_id(id, "depends_on", &format!("{pointer}/{number}"), fields.problems);
        id.map(|id| (number, id))
    };
    ids.iter().enumerate().filter_map(read).collect()
}
