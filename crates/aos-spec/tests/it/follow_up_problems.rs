//! Problems beside other problems: none is lost, and none is reported that only follows from another.

use aos_spec::{check::check_value, limits, source::Format};
use serde_json::{Value, json};

use crate::problems::{check, check_yaml};
#[test]
fn a_broken_step_is_still_a_step_that_others_can_refer_to() {
    check_yaml(
        "\
id: w
steps:
- {id: a, skill_id: 5, inputs: 7, depends_on: x, retry: 1}
- {id: b, skill_id: s, depends_on: [a], inputs: {x: '${a.y}'}}
- {id: c, skill_id: s, depends_on: [d]}
",
        &[
            "3:21 SCHEMA_VALIDATION_FAILED /steps/0/skill_id",
            "3:32 SCHEMA_VALIDATION_FAILED /steps/0/inputs",
            "3:47 SCHEMA_VALIDATION_FAILED /steps/0/depends_on",
            "3:57 SCHEMA_VALIDATION_FAILED /steps/0/retry",
            "5:37 UNKNOWN_STEP /steps/2/depends_on/0",
        ],
    );
}

#[test]
fn while_a_step_has_no_id_unknown_names_may_be_its_name() {
    let text = |first: &str| {
        format!(
            "id: w\nsteps:\n- {first}\n- {{id: b, skill_id: s, depends_on: [fetch], inputs: {{x: '${{fetch.y}}'}}}}\n"
        )
    };
    check_yaml(
        &text("{idd: fetch, skill_id: s}"),
        &[
            "3:3 MISSING_REQUIRED_FIELD /steps/0/id",
            "3:4 UNKNOWN_FIELD /steps/0/idd",
        ],
    );
    check_yaml(
        &text("{id: 5, skill_id: s}"),
        &["3:8 SCHEMA_VALIDATION_FAILED /steps/0/id"],
    );
    check_yaml(&text("fetch"), &["3:3 SCHEMA_VALIDATION_FAILED /steps/0"]);
    // No reference can lead to an id of a wrong form, so that these are mistakes of their own.
    check_yaml(
        &text("{id: 'fetch it', skill_id: s}"),
        &[
            "3:8 INVALID_ID /steps/0/id",
            "4:37 UNKNOWN_STEP /steps/1/depends_on/0",
            "4:57 INVALID_REFERENCE /steps/1/inputs/x",
        ],
    );
}

#[test]
fn while_the_parameters_cannot_be_read_references_to_them_may_be_right() {
    check_yaml(
        "id: w\ninputs: [a]\nsteps: [{id: x, skill_id: s, inputs: {c: '${inputs.c}'}}]\n",
        &["2:9 SCHEMA_VALIDATION_FAILED /inputs"],
    );
}

#[test]
fn cycles_are_found_beside_problems_of_fields() {
    check_yaml(
        "id: w\nsteps:\n- {id: a, skill_id: s, depends_on: [b, 5]}\n- {id: b, inputs: {x: '${a}'}}\n",
        &[
            "3:3 DEPENDENCY_CYCLE /steps/0",
            "3:40 SCHEMA_VALIDATION_FAILED /steps/0/depends_on/1",
            "4:3 MISSING_REQUIRED_FIELD /steps/1/skill_id",
        ],
    );
}

#[test]
fn problems_of_reading_and_of_checking_are_reported_together_without_echo() {
    check_yaml(
        "\
id: 123456789012345678901234567890
steps:
- id: a
  skill_id: s
  skill_id: t
  timeout_seconds: .inf
  foo: !bar 1
- id: *nowhere
  skill_id: s
- skill_id: s
  <<: {id: c}
  depends_on: [d]
",
        &[
            "1:5 LIMIT_EXCEEDED /id",
            "5:3 DUPLICATE_KEY /steps/0/skill_id",
            "6:20 SCHEMA_VALIDATION_FAILED /steps/0/timeout_seconds",
            "7:3 UNKNOWN_FIELD /steps/0/foo",
            "7:8 SYNTAX_ERROR /steps/0/foo",
            "8:7 SYNTAX_ERROR /steps/1/id",
            "11:3 SYNTAX_ERROR /steps/2",
        ],
    );
}

#[test]
fn too_many_steps_are_one_problem() {
    let step =
        |id: usize| json!({ "id": format!("s{id}"), "skill_id": "x", "depends_on": ["nowhere"], "foo": 1 });
    let steps: Vec<Value> = (0..=limits::MAX_STEPS).map(step).collect();
    let value = json!({ "id": "w", "steps": steps });
    check(Format::Json, &value.to_string(), &["1:19 LIMIT_EXCEEDED /steps"]);
}

#[test]
fn as_many_steps_as_allowed_are_a_plan() {
    let step = |id: usize| match id {
        0 => json!({ "id": "s0", "skill_id": "x" }),
        _ => {
            json!({ "id": format!("s{id}"), "skill_id": "x", "inputs": { "a": format!("${{s{}.b}}", id - 1) } })
        }
    };
    let steps: Vec<Value> = (0..limits::MAX_STEPS).rev().map(step).collect();
    let plan = check_value(&json!({ "id": "w", "steps": steps })).unwrap();
    assert_eq!(plan.len(), limits::MAX_STEPS);
    assert_eq!(plan.index_of("s9999"), Some(aos_spec::StepIndex(9_999)));
}

#[test]
fn what_is_no_workflow_at_all_is_one_problem() {
    let missing = [
        "1:1 MISSING_REQUIRED_FIELD /id",
        "1:1 MISSING_REQUIRED_FIELD /steps",
    ];
    check_yaml("", &["1:1 SCHEMA_VALIDATION_FAILED "]);
    check_yaml("- a\n", &["1:1 SCHEMA_VALIDATION_FAILED "]);
    check_yaml("hello\n", &["1:1 SCHEMA_VALIDATION_FAILED "]);
    check(Format::Json, "{}", &missing);
    check(Format::Json, "[]", &["1:1 SCHEMA_VALIDATION_FAILED "]);
    check_yaml("id: w\nsteps: []\n", &["2:8 INVALID_SPEC /steps"]);
    check_yaml("id: w\nsteps:\n", &["2:1 SCHEMA_VALIDATION_FAILED /steps"]);
    check_yaml("id: w\nsteps: {a: 1}\n", &["2:8 SCHEMA_VALIDATION_FAILED /steps"]);
    check_yaml(
        "id: w\nsteps: [a, 1]\n",
        &[
            "2:9 SCHEMA_VALIDATION_FAILED /steps/0",
            "2:12 SCHEMA_VALIDATION_FAILED /steps/1",
        ],
    );
}
