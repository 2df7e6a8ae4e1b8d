//! Checking of whole workflows: all problems at once, each with its code and place, and none that only follows from
//! another one.

use aos_spec::{
    WorkflowPlan, WorkflowSpec,
    check::{Problem, check_document, check_text, check_value},
    source::{Document, Format},
};
use serde_json::json;

use crate::document::places;

/// Checks the problems of `text`, given as `line:column CODE pointer` in the order of the text, and that they do not
/// depend on how the text gets to the check.
#[track_caller]
pub(crate) fn check(format: Format, text: &str, expect: &[&str]) -> Vec<Problem> {
    let problems = check_text(text, format).expect_err("the workflow has problems");
    assert_eq!(places(&problems), expect, "{problems:#?}");
    if let Ok(document) = Document::parse(text, format) {
        assert_eq!(check_document(&document).unwrap_err(), problems);
        let mut of_value: Vec<_> = check_value(document.value()).unwrap_err();
        let mut of_text = problems.clone();
        let without_place = |problem: &mut Problem| {
            problem.location = None;
            (problem.pointer.clone(), problem.message.clone())
        };
        of_text.sort_by_cached_key(|problem| (problem.pointer.clone(), problem.message.clone()));
        of_text
            .iter_mut()
            .for_each(|problem| drop(without_place(problem)));
        of_value.sort_by_cached_key(|problem| (problem.pointer.clone(), problem.message.clone()));
        assert_eq!(of_value, of_text);
    }
    problems
}

#[track_caller]
pub(crate) fn check_yaml(text: &str, expect: &[&str]) -> Vec<Problem> {
    check(Format::Yaml, text, expect)
}

/// Checks a workflow whose only step has the further `fields`, which begin on line 5.
#[track_caller]
pub(crate) fn check_step(fields: &str, expect: &[&str]) -> Problem {
    let text = format!("id: w\nsteps:\n- id: a\n  skill_id: noop\n  {fields}\n");
    check_yaml(&text, expect).swap_remove(0)
}

#[track_caller]
pub(crate) fn accept(text: &str) -> WorkflowPlan {
    check_text(text, Format::of_text(text)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn yaml_and_json_of_the_same_content_are_the_same_plan() {
    let yaml = "
# yaml-language-server: $schema=workflow.v1.json
$schema: https://example.org/workflow.v1.json
id: refund
name: Refund an order
version: 3
inputs:
  order_id: {type: integer}
  note: {type: string, default: 'yes', description: Why}
budget_ceiling_cents: 0.50
timeout_seconds: 600
speculation: none
metadata: {owner: shop}
steps:
  - id: refund
    skill_id: http_call
    inputs: {order: '${inputs.order_id}', amount: '${fetch.amount}', ratio: 1.0}
    depends_on: [fetch]
    estimated_cost_cents: 1
    max_cost_cents: 2.5
    retry: false
    max_retries: 5
    idempotency_key: refund-1
    on_error: continue
    timeout_seconds: 1.5
  - &f
    id: fetch
    skill_id: db_read
";
    let json = json!({
        "steps": [
            {
                "on_error": "continue", "timeout_seconds": 1.5, "idempotency_key": "refund-1", "max_retries": 5,
                "retry": false, "max_cost_cents": "2.50", "estimated_cost_cents": 1.0, "depends_on": ["fetch"],
                "inputs": { "ratio": 1, "amount": "${fetch.amount}", "order": "${inputs.order_id}" },
                "skill_id": "http_call", "id": "refund"
            },
            { "id": "fetch", "skill_id": "db_read", "retry": true, "max_retries": 3, "on_error": "abort", "inputs": {} }
        ],
        "metadata": { "owner": "shop" }, "speculation": "none", "timeout_seconds": 600.0,
        "budget_ceiling_cents": 0.5, "version": "3", "name": "Refund an order", "id": "refund",
        "inputs": {
            "note": { "description": "Why", "default": "yes", "type": "string" },
            "order_id": { "type": "integer" }
        }
    });
    let from_yaml = accept(yaml);
    let from_json = accept(&json.to_string());
    let from_value = check_value(&json).unwrap();
    let from_spec = WorkflowPlan::new(serde_json::from_value(json).unwrap()).unwrap();
    for plan in [&from_json, &from_value, &from_spec] {
        assert_eq!(plan.hash(), from_yaml.hash());
        assert_eq!(plan.spec(), from_yaml.spec());
        assert_eq!(plan.steps(), from_yaml.steps());
    }
    assert_eq!(from_yaml.descriptor(aos_spec::StepIndex(0)).id.as_str(), "fetch");
}

#[test]
fn a_stored_plan_reads_back_as_the_same_plan() {
    let plan = accept(
        r#"{"id": "w", "version": 2, "timeout_seconds": 0.0011, "metadata": {"a": 1.0, "b": 1e60, "c": -0.0},
            "inputs": {"n": {"type": "integer", "default": 3.0}},
            "steps": [{"id": "a", "skill_id": "s", "inputs": {"x": [2.0, 9007199254740993, 1e16]},
                       "max_cost_cents": 0.25}]}"#,
    );
    let stored: WorkflowSpec = serde_json::from_str(plan.canonical_spec()).unwrap();
    assert_eq!(stored, *plan.spec());
    let again = WorkflowPlan::new(stored).unwrap();
    assert_eq!((again.hash(), again.steps()), (plan.hash(), plan.steps()));
}

#[test]
fn all_problems_of_a_file_are_reported_at_once_in_the_order_of_the_text() {
    check_yaml(
        "\
id: my workflow
naem: x
inputs:
  a: {type: strin}
  b: {type: string, default: 5, x: 1}
steps:
- id: fetch
  skill: http_call
- id: notify
  skill_id: mail
  inputs: {text: '${fetsh.body}', who: '${inputs.c}'}
  depends_on: [fetch, fetc, 7]
  retry: maybe
  max_retries: -1
- id: notify
  skill_id: mail
  on_error: abor
timeout_seconds: 0
",
        &[
            "1:5 INVALID_ID /id",
            "2:1 UNKNOWN_FIELD /naem",
            "4:13 SCHEMA_VALIDATION_FAILED /inputs/a/type",
            "5:30 INVALID_INPUT /inputs/b/default",
            "5:33 UNKNOWN_FIELD /inputs/b/x",
            "7:3 MISSING_REQUIRED_FIELD /steps/0/skill_id",
            "8:3 UNKNOWN_FIELD /steps/0/skill",
            "11:18 INVALID_REFERENCE /steps/1/inputs/text",
            "11:40 INVALID_REFERENCE /steps/1/inputs/who",
            "12:23 UNKNOWN_STEP /steps/1/depends_on/1",
            "12:29 SCHEMA_VALIDATION_FAILED /steps/1/depends_on/2",
            "13:10 SCHEMA_VALIDATION_FAILED /steps/1/retry",
            "14:16 SCHEMA_VALIDATION_FAILED /steps/1/max_retries",
            "15:7 DUPLICATE_STEP /steps/2/id",
            "17:13 SCHEMA_VALIDATION_FAILED /steps/2/on_error",
            "18:18 SCHEMA_VALIDATION_FAILED /timeout_seconds",
        ],
    );
}

#[test]
fn problems_of_json_have_places_too() {
    check(
        Format::Json,
        "{\"id\": \"w\",\n \"steps\": [\n  {\"id\": \"a\", \"skil_id\": \"s\", \"inputs\": []}\n]}",
        &[
            "3:3 MISSING_REQUIRED_FIELD /steps/0/skill_id",
            "3:15 UNKNOWN_FIELD /steps/0/skil_id",
            "3:41 SCHEMA_VALIDATION_FAILED /steps/0/inputs",
        ],
    );
}

#[test]
fn problems_of_data_are_in_the_order_of_their_pointers() {
    let step = |id: usize| json!({ "id": format!("s{id}"), "skill_id": "x", "depends_on": ["nowhere"] });
    let value = json!({ "id": "w", "steps": (0..12).map(step).collect::<Vec<_>>(), "extra": 1 });
    let problems = check_value(&value).unwrap_err();
    let mut expect = vec!["/extra".to_owned()];
    expect.extend((0..12).map(|position| format!("/steps/{position}/depends_on/0")));
    let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.clone()).collect();
    assert_eq!(pointers, expect);
    assert!(problems.iter().all(|problem| problem.location.is_none()));
}

#[test]
fn identifiers_of_a_wrong_form_are_told_from_values_of_a_wrong_type() {
    let problem = check_yaml(
        "id: a/b\nsteps: [{id: x, skill_id: s}]\n",
        &["1:5 INVALID_ID /id"],
    )
    .swap_remove(0);
    assert!(
        problem
            .message
            .starts_with("`id`: `a/b` is not a valid workflow id"),
        "{problem}"
    );
    let problem = check_yaml(
        "id: 5\nsteps: [{id: x, skill_id: s}]\n",
        &["1:5 SCHEMA_VALIDATION_FAILED /id"],
    );
    assert_eq!(problem[0].help.as_deref(), Some("put quotes around it"));
    check_yaml(
        "id: w\nsteps:\n- {id: inputs, skill_id: a b}\n- {id: '', skill_id: null}\n",
        &[
            "3:8 INVALID_ID /steps/0/id",
            "3:26 INVALID_ID /steps/0/skill_id",
            "4:8 INVALID_ID /steps/1/id",
            "4:22 SCHEMA_VALIDATION_FAILED /steps/1/skill_id",
        ],
    );
}

#[test]
fn unknown_fields_come_with_what_was_probably_meant() {
    let expect = |fields: &str, help: &str| {
        let problem = check_step(
            fields,
            &[&format!(
                "5:3 UNKNOWN_FIELD /steps/0/{}",
                fields.split(':').next().unwrap()
            )],
        );
        assert_eq!(problem.help.as_deref(), Some(help), "{fields}");
    };
    expect("depend_on: []", "did you mean `depends_on`?");
    expect("timeout: 5", "did you mean `timeout_seconds`?");
    expect("needs: []", "did you mean `depends_on`?");
    expect("with: {}", "did you mean `inputs`?");
    expect("max_retrys: 1", "did you mean `max_retries`?");
    // `skill_id` is there already, so that it cannot have been meant.
    expect(
        "skill: x",
        "a step has the fields `id`, `skill_id`, `retry`, `on_error`, `timeout_seconds`, `inputs`, `depends_on`, \
         `estimated_cost_cents`, `max_cost_cents`, `max_retries`, `idempotency_key`",
    );
}

#[test]
fn wrong_types_are_explained_in_the_words_of_a_specification() {
    let expect = |fields: &str, message: &str, help: Option<&str>| {
        let (name, _) = fields.split_once(':').unwrap();
        let column = 5 + name.len();
        let problem = check_step(
            fields,
            &[&format!("5:{column} SCHEMA_VALIDATION_FAILED /steps/0/{name}")],
        );
        assert_eq!(
            (problem.message.as_str(), problem.help.as_deref()),
            (message, help)
        );
    };
    expect("inputs: 5", "`inputs` must be an object, not a number", None);
    expect("depends_on: a", "`depends_on` must be a list, not a string", None);
    expect(
        "retry: yes",
        "`retry`: invalid type: string \"yes\", expected a boolean",
        None,
    );
    expect(
        "on_error: skp",
        "`on_error`: unknown variant `skp`, expected one of `abort`, `continue`, `skip`",
        Some("did you mean `skip`?"),
    );
    expect(
        "max_retries: 2.5",
        "`max_retries`: invalid type: floating point `2.5`, expected a whole number from 0",
        None,
    );
    expect(
        "retry: null",
        "`retry`: invalid type: null, expected a boolean",
        Some("give it a value, or remove it"),
    );
    expect(
        "idempotency_key: 5",
        "`idempotency_key`: invalid type: integer `5`, expected a string",
        Some("put quotes around it"),
    );
    expect(
        "max_cost_cents: -1",
        "`max_cost_cents`: an amount cannot be negative",
        None,
    );
    expect(
        "timeout_seconds: soon",
        "`timeout_seconds`: invalid type: string \"soon\", expected a number",
        None,
    );
}

#[test]
fn optional_fields_may_be_null_where_the_types_allow_it() {
    let plan = accept(
        r#"{"id": "w", "timeout_seconds": null, "steps":
            [{"id": "a", "skill_id": "s", "max_cost_cents": null, "idempotency_key": null, "timeout_seconds": null}]}"#,
    );
    let bare = accept(r#"{"id": "w", "steps": [{"id": "a", "skill_id": "s"}]}"#);
    assert_eq!(plan.hash(), bare.hash());
}

#[test]
fn limits_of_fields_are_checked() {
    check_step("max_retries: 101", &["5:16 LIMIT_EXCEEDED /steps/0/max_retries"]);
    check_step(
        "timeout_seconds: 31622401",
        &["5:20 SCHEMA_VALIDATION_FAILED /steps/0/timeout_seconds"],
    );
    check_step(
        "{estimated_cost_cents: 2, max_cost_cents: 1.5}"
            .trim_matches(['{', '}'])
            .replace(", ", "\n  ")
            .as_str(),
        &["5:25 INVALID_SPEC /steps/0/estimated_cost_cents"],
    );
    accept(
        "id: w\nsteps: [{id: a, skill_id: s, estimated_cost_cents: 2, max_cost_cents: 2, max_retries: 100}]\n",
    );
}

#[test]
fn parameters_are_declared_with_fitting_names_types_and_defaults() {
    check_yaml(
        "\
id: w
inputs:
  a b: {type: string}
  c: string
  d: {default: 1}
  e: {type: integer, default: 1.5}
  f: {type: any, default: null, required: true}
steps: [{id: x, skill_id: s, inputs: {c: '${inputs.c}', d: '${inputs.d.x}', all: '${inputs}'}}]
",
        &[
            "3:8 INVALID_ID /inputs/a b",
            "4:6 SCHEMA_VALIDATION_FAILED /inputs/c",
            "5:6 MISSING_REQUIRED_FIELD /inputs/d/type",
            "6:31 INVALID_INPUT /inputs/e/default",
            "7:33 UNKNOWN_FIELD /inputs/f/required",
        ],
    );
}
