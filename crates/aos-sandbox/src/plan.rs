//! The steps of a plan, read from JSON with tolerance: whatever may be a step is judged as one.

use serde_json::{Map, Value};

/// Names under which planners write the id of a step.
const ID_KEYS: &[&str] = &["id", "step_id", "name"];
/// Names under which planners write the skill of a step.
pub(crate) const SKILL_KEYS: &[&str] = &[
    "skill_id",
    "skill",
    "tool",
    "tool_name",
    "action",
    "function",
    "tool_id",
    "fallback",
    "fallback_skill",
    "on_error_skill",
];
/// Names of members that list skills.
const SKILL_LIST_KEYS: &[&str] = &["tools", "skills", "functions", "fallbacks", "fallback_skills"];
/// Names under which planners write the inputs of a step.
const INPUT_KEYS: &[&str] = &["inputs", "arguments", "args", "params", "parameters", "input"];
/// Names of members that hold more steps.
pub(crate) const STEP_LIST_KEYS: &[&str] = &[
    "steps",
    "plan",
    "sub_plan",
    "subplan",
    "children",
    "body",
    "then",
    "else",
    "do",
    "fallbacks",
    "branches",
];

/// One step, as far as it could be read.
#[derive(Debug, Clone)]
pub(crate) struct PlanStep<'v> {
    pub(crate) pointer: String,
    pub(crate) members: &'v Map<String, Value>,
    pub(crate) id: Option<&'v str>,
    /// The key and the value that name the skill.
    pub(crate) skill: Option<(&'static str, &'v str)>,
    /// The key and the value of the inputs.
    pub(crate) inputs: Option<(&'static str, &'v Map<String, Value>)>,
    pub(crate) depends_on: Vec<&'v str>,
    /// The list that the step stands in; ids are unique within one.
    pub(crate) list: usize,
}

impl<'v> PlanStep<'v> {
    fn new(pointer: String, members: &'v Map<String, Value>, list: usize) -> Self {
        let text = |keys: &'static [&'static str]| {
            keys.iter()
                .find_map(|key| members.get(*key)?.as_str().map(|text| (*key, text)))
        };
        let inputs = INPUT_KEYS
            .iter()
            .find_map(|key| members.get(*key)?.as_object().map(|inputs| (*key, inputs)));
        let depends_on = members
            .get("depends_on")
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |ids| ids.iter().filter_map(Value::as_str).collect());
        Self {
            pointer,
            members,
            id: text(ID_KEYS).map(|(_, id)| id),
            skill: text(SKILL_KEYS),
            inputs,
            depends_on,
            list,
        }
    }

    /// Returns what a finding names the skill.
    pub(crate) fn skill_id(&self) -> Option<&'v str> {
        self.skill.map(|(_, skill)| skill)
    }

    /// Returns the id and the skill, either of them empty when unknown.
    pub(crate) fn names(&self) -> (&'v str, &'v str) {
        (self.id.unwrap_or_default(), self.skill_id().unwrap_or_default())
    }

    /// Returns an input.
    pub(crate) fn input(&self, name: &str) -> Option<&'v Value> {
        self.inputs?.1.get(name)
    }

    /// Returns the pointer of the inputs.
    pub(crate) fn inputs_pointer(&self) -> String {
        self.inputs.map_or_else(
            || self.pointer.clone(),
            |(key, _)| format!("{}/{key}", self.pointer),
        )
    }
}

/// Returns the steps of a plan and of the plans inside it, in document order; `None` when there is no list of steps.
pub(crate) fn steps(plan: &Value) -> Option<Vec<PlanStep<'_>>> {
    let (pointer, list) = match plan {
        Value::Array(list) => ("", list),
        Value::Object(members) => match (members.get("steps"), members.get("plan")) {
            (Some(Value::Array(list)), _) => ("/steps", list),
            (None, Some(Value::Array(list))) => ("/plan", list),
            (None, Some(Value::Object(inner))) => ("/plan/steps", inner.get("steps")?.as_array()?),
            _ => return None,
        },
        _ => return None,
    };
    let mut found = Vec::new();
    let mut n_lists = 0;
    collect(list, pointer, &mut n_lists, &mut found);
    Some(found)
}

fn collect<'v>(list: &'v [Value], pointer: &str, n_lists: &mut usize, found: &mut Vec<PlanStep<'v>>) {
    let this = *n_lists;
    *n_lists += 1;
    for (index, item) in list.iter().enumerate() {
        let Value::Object(members) = item else { continue };
        let pointer = format!("{pointer}/{index}");
        found.push(PlanStep::new(pointer.clone(), members, this));
        nested(members, &pointer, n_lists, found);
    }
}

/// Collects the steps of the plans inside a step, wherever they stand.
fn nested<'v>(
    members: &'v Map<String, Value>,
    pointer: &str,
    n_lists: &mut usize,
    found: &mut Vec<PlanStep<'v>>,
) {
    for (name, value) in members {
        let pointer = child(pointer, name);
        match value {
            Value::Array(list) if STEP_LIST_KEYS.contains(&name.as_str()) && list.iter().any(is_step) => {
                collect(list, &pointer, n_lists, found);
            }
            Value::Array(list) => {
                for (index, item) in list.iter().enumerate() {
                    if let Value::Object(members) = item {
                        nested(members, &format!("{pointer}/{index}"), n_lists, found);
                    }
                }
            }
            Value::Object(inner) => nested(inner, &pointer, n_lists, found),
            _ => {}
        }
    }
}

fn is_step(value: &Value) -> bool {
    value.as_object().is_some_and(|members| {
        SKILL_KEYS
            .iter()
            .any(|key| members.get(*key).is_some_and(Value::is_string))
    })
}

/// Returns the JSON Pointer of a member.
pub(crate) fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether a member is a list of steps, which is judged as such.
pub(crate) fn is_step_list(name: &str, value: &Value) -> bool {
    STEP_LIST_KEYS.contains(&name)
        && value.as_array().is_some_and(|items| {
            items.iter().any(|item| {
                item.as_object()
                    .is_some_and(|members| SKILL_KEYS.iter().any(|key| members.contains_key(*key)))
            })
        })
}

/// Returns the skills that a member of any object may name, each with its pointer below the member.
pub(crate) fn named_skills<'v>(name: &str, value: &'v Value) -> Vec<(&'v str, String)> {
    if !SKILL_KEYS.contains(&name) && !SKILL_LIST_KEYS.contains(&name) {
        return Vec::new();
    }
    let named = |value: &'v Value, pointer: String| match value {
        Value::String(skill) => Some((skill.as_str(), pointer)),
        Value::Object(members) => Some((members.get("name")?.as_str()?, pointer + "/name")),
        _ => None,
    };
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .filter_map(|(index, item)| named(item, format!("/{index}")))
                .collect()
        }
        value => named(value, String::new()).into_iter().collect(),
    }
}
