//! The JSON Schema of workflow files, compared with what the check accepts.

use std::collections::BTreeSet;

use aos_spec::{
    WorkflowPlan, WorkflowSpec,
    check::{check_text, check_value},
    schema,
    source::Format,
};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

const SHOP: &str = "
$schema: https://example.org/workflow.v1.json
id: shop.refund
name: Refund
version: 3
inputs:
  order_id: {type: integer, description: The order}
  note: {type: string, default: none}
  more: {type: any, default: null}
budget_ceiling_cents: 50
timeout_seconds: 600.5
speculation: all
metadata: {owner: shop, tags: [a, 1, null]}
steps:
  - id: fetch
    skill_id: http_call
    inputs: {url: 'https://api.example.org/orders/${inputs.order_id}', headers: {x: [1, true]}}
  - id: refund-1
    skill_id: mcp:shop/refund@2
    inputs: {amount: '${fetch.json.amount}'}
    depends_on: [fetch]
    estimated_cost_cents: 0.25
    max_cost_cents: '1.5'
    retry: false
    max_retries: 0
    idempotency_key: refund
    on_error: skip
    timeout_seconds: 30
";

const SMALLEST: &str = r#"{"id": "w", "steps": [{"id": "a", "skill_id": "noop"}]}"#;

fn validator() -> Validator {
    jsonschema::draft7::new(&serde_json::to_value(schema::workflow()).unwrap()).unwrap()
}

fn shop() -> Value {
    let plan = check_text(SHOP, Format::Yaml).unwrap();
    serde_json::from_str(plan.canonical_spec()).unwrap()
}

/// Returns the fields that the help for a made-up field of the object at `pointer` lists.
fn accepted_fields(pointer: &str) -> BTreeSet<String> {
    let mut value = shop();
    let object = value.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    object.insert("qqqqqqqqqqqqqqqqqqqq".into(), Value::Null);
    let mut problems = check_value(&value).unwrap_err();
    let help = problems.remove(0).help.unwrap();
    help.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn properties(schema: &Value) -> BTreeSet<String> {
    assert_eq!(schema["additionalProperties"], json!(false));
    schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn the_check_accepts_exactly_the_fields_of_the_schema() {
    let schema = serde_json::to_value(schema::workflow()).unwrap();
    let definitions = &schema["definitions"];
    assert_eq!(accepted_fields(""), properties(&schema));
    assert_eq!(
        accepted_fields("/steps/1"),
        properties(&definitions["StepDescriptor"])
    );
    assert_eq!(
        accepted_fields("/inputs/note"),
        properties(&definitions["InputParameter"])
    );
}

#[test]
fn required_fields_are_those_of_the_schema() {
    let schema = serde_json::to_value(schema::workflow()).unwrap();
    let missing = |value: Value| -> Vec<String> {
        let problems = check_value(&value).unwrap_err();
        problems
            .iter()
            .map(|problem| problem.pointer.rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(json!(missing(json!({}))), schema["required"]);
    let step = json!({ "id": "w", "steps": [{}] });
    assert_eq!(
        json!(missing(step)),
        schema["definitions"]["StepDescriptor"]["required"]
    );
    let parameter = json!({ "id": "w", "inputs": { "a": {} }, "steps": [{ "id": "a", "skill_id": "s" }] });
    assert_eq!(
        json!(missing(parameter)),
        schema["definitions"]["InputParameter"]["required"]
    );
}

#[test]
fn the_schema_accepts_workflows_that_the_check_accepts() {
    for (text, format) in [(SHOP, Format::Yaml), (SMALLEST, Format::Json)] {
        let plan = check_text(text, format).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let value: Value = serde_json::from_str(plan.canonical_spec()).unwrap();
        validator().validate(&value).unwrap();
    }
}

#[test]
fn the_schema_refuses_what_the_check_refuses() {
    let validator = validator();
    for (pointer, wrong) in [
        ("", json!([])),
        ("/id", json!("a b")),
        ("/steps", json!([])),
        ("/steps", json!({})),
        ("/steps/0", json!({ "id": "a" })),
        ("/steps/0/id", json!("-a")),
        ("/steps/0/skill_id", json!(5)),
        ("/steps/1/on_error", json!("retry")),
        ("/steps/1/retry", json!("no")),
        ("/steps/1/max_retries", json!(101)),
        ("/steps/1/max_retries", json!(-1)),
        ("/steps/1/idempotency_key", json!("")),
        ("/steps/1/idempotency_key", json!("k".repeat(256))),
        ("/steps/1/max_cost_cents", json!(-1)),
        ("/steps/1/max_cost_cents", json!("1e3")),
        ("/steps/1/depends_on", json!("fetch")),
        ("/steps/1/timeout_seconds", json!(0)),
        ("/timeout_seconds", json!(31_622_401)),
        ("/speculation", json!("some")),
        ("/inputs/note/type", json!("text")),
        ("/inputs", json!({ "a b": { "type": "any" } })),
        ("/inputs/note", json!({ "type": "string", "required": true })),
        ("/version", json!(1.5)),
        ("/metadata", json!(null)),
    ] {
        let mut value = shop();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&value), "{pointer}: {value}");
        assert!(check_value(&value).is_err(), "{pointer}: {value}");
    }
}

#[test]
fn every_part_of_the_schema_is_described() {
    fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["description"].as_str().is_none_or(str::is_empty) {
                found.push(format!("{path}/{name}"));
            }
        }
        for (name, definition) in schema["definitions"].as_object().into_iter().flatten() {
            undescribed(definition, name, found);
        }
    }
    let mut found = Vec::new();
    undescribed(&serde_json::to_value(schema::workflow()).unwrap(), "", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

/// Any small JSON value.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..200).prop_map(Value::from),
        prop::sample::select(vec![0.5, -1.0, 3.0, 1e300]).prop_map(Value::from),
        prop::sample::select(vec![
            "", "a", "fetch", "a b", "${fetch}", "${x", "skip", "0.5", "integer", "reads"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let name = prop::sample::select(vec!["id", "type", "steps", "skill_id", "x"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(name.prop_map(str::to_owned), inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Replaces, adds or removes the part of `value` that `choice` falls on.
fn change(value: &mut Value, choice: &mut usize, new: &Option<Value>) -> bool {
    let children: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => {
            if *choice < members.len() {
                let name = members.keys().nth(*choice).unwrap().clone();
                match new {
                    Some(new) => members.insert(name, new.clone()),
                    None => members.remove(&name),
                };
                return true;
            }
            *choice -= members.len();
            members.values_mut().collect()
        }
        _ => Vec::new(),
    };
    children.into_iter().any(|child| change(child, choice, new))
}

proptest! {
    #[test]
    fn the_check_accepts_exactly_what_the_types_and_the_plan_accept(
        changes in prop::collection::vec((0..60_usize, prop::option::of(any_value())), 1..3),
    ) {
        let mut value = shop();
        for (mut choice, new) in changes {
            change(&mut value, &mut choice, &new);
        }
        let typed = serde_json::from_value::<WorkflowSpec>(value.clone()).ok();
        let typed = typed.and_then(|spec| WorkflowPlan::new(spec).ok());
        match (check_value(&value), typed) {
            (Ok(plan), Some(typed)) => {
                prop_assert_eq!(plan.hash(), typed.hash());
                prop_assert!(validator().is_valid(&value), "{}", value);
            }
            (Err(problems), None) => prop_assert!(!problems.is_empty()),
            (checked, typed) => prop_assert!(false, "{value}: {checked:?} {typed:?}"),
        }
    }
}
