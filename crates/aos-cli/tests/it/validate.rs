//! `aos validate`: all problems with their places.

use crate::support::{Desk, HELLO};

#[track_caller]
fn check(workflow: &str, expect: &[&str]) {
    let desk = Desk::with(&[("w.yaml", workflow)]);
    let ended = desk.check(&["validate", "w.yaml"], 3);
    ended.answers(expect);
    let listed = desk.check(&["validate", "w.yaml", "-o", "json"], 3).json();
    let problems = listed["files"][0]["problems"].as_array().unwrap().clone();
    assert!(
        problems
            .iter()
            .all(|problem| !problem["advice"].as_str().unwrap().is_empty())
    );
}

#[test]
fn a_valid_file_is_one_line() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let ended = desk.check(&["validate", "hello.yaml"], 0);
    assert_eq!(ended.stdout.lines().count(), 1);
    ended.answers(&["hello.yaml: ok, 2 steps, 2 levels, hash "]);
    assert_eq!(ended.stderr, "");
    let file = desk.check(&["validate", "hello.yaml", "-o", "json"], 0).json()["files"][0].clone();
    assert_eq!(
        (&file["valid"], &file["steps"], &file["levels"]),
        (&true.into(), &2.into(), &2.into())
    );
}

#[test]
fn yaml_and_json_of_the_same_content_have_the_same_hash() {
    let json = r#"{
        "id": "hello",
        "inputs": { "name": { "type": "string", "default": "world" } },
        "steps": [
            { "id": "greet", "skill_id": "echo", "inputs": { "text": "hello ${inputs.name}" } },
            { "id": "shout", "skill_id": "json_transform",
              "inputs": { "data": "${greet.text}", "expression": "data.upperAscii()" } }
        ]
    }"#;
    let desk = Desk::with(&[("hello.yaml", HELLO), ("hello.json", json)]);
    let files = desk
        .check(&["validate", "hello.yaml", "hello.json", "-o", "json"], 0)
        .json()["files"]
        .clone();
    assert_eq!(files[0]["hash"], files[1]["hash"]);
}

#[test]
fn an_unknown_skill_is_shown_where_it_stands_with_what_was_meant() {
    check(
        "id: w\nsteps:\n  - id: a\n    skill_id: ecko\n",
        &[
            "error[SKILL_NOT_FOUND]",
            "--> w.yaml:4:15",
            "4 |     skill_id: ecko",
            "^^^^",
            "did you mean `echo`?",
            "w.yaml: 1 problem",
        ],
    );
}

#[test]
fn all_problems_are_shown_at_once() {
    let workflow = "\
id: w
colour: blue
steps:
  - id: a
    skill_id: noop
    depends_on: [nope]
  - id: a
    skill_id: noop
    max_retries: many
  - id: b
    skill_id: echo
    inputs: { x: \"${missing.field}\" }
";
    check(
        workflow,
        &[
            "UNKNOWN_FIELD",
            "UNKNOWN_STEP",
            "DUPLICATE_STEP",
            "max_retries",
            "INVALID_REFERENCE",
        ],
    );
}

#[test]
fn every_kind_of_mistake_has_a_code_and_a_place() {
    let step = "steps:\n  - { id: a, skill_id: noop";
    check("id: w\nsteps: [\n", &["error[SYNTAX_ERROR]", "--> w.yaml:"]);
    check(
        "id: w\nid: v\nsteps:\n  - { id: a, skill_id: noop }\n",
        &["error[DUPLICATE_KEY]", "--> w.yaml:2:1"],
    );
    check(
        &format!("id: w\n{step}, colour: blue }}\n"),
        &["error[UNKNOWN_FIELD]", "--> w.yaml:3:30"],
    );
    check(
        &format!("id: w/../w\n{step} }}\n"),
        &["error[INVALID_ID]", "--> w.yaml:1:5"],
    );
    check(
        &format!("id: w\n{step}, retry: maybe }}\n"),
        &["--> w.yaml:3:37", "retry"],
    );
    check(
        &format!("id: w\n{step}, depends_on: [a] }}\n"),
        &["error[DEPENDENCY_CYCLE]", "`a` waits for itself"],
    );
    check(
        &format!("id: w\n{step}, inputs: {{ x: \"${{b.c}}\" }} }}\n"),
        &["error[INVALID_REFERENCE]", "--> w.yaml:3:"],
    );
    check(
        &format!("id: w\n{step}, timeout_seconds: -1 }}\n"),
        &["--> w.yaml:3:"],
    );
    check(
        "id: w\nsteps: []\n",
        &["error[INVALID_SPEC]", "at least one step"],
    );
    check("- a\n- b\n", &["--> w.yaml:1:1"]);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("bad.yaml", "id: bad\nsteps: []\n")]);
    let ended = desk.check(&["validate", "nowhere.yaml", "hello.yaml"], 8);
    ended
        .answers(&["hello.yaml: ok"])
        .says(&["error[DATA_NOT_FOUND]", "nowhere.yaml"]);
    desk.check(&["validate", "nowhere.yaml", "bad.yaml"], 3);
    desk.check(&["validate", "bad.yaml", "nowhere.yaml"], 3);
}

#[test]
fn a_place_in_one_long_line_is_shown_in_part() {
    let steps: Vec<_> = (0..500)
        .map(|n| format!(r#"{{"id":"s{n}","skill_id":"noop"}}"#))
        .collect();
    let json = format!(r#"{{"id":"w","steps":[{}]}}"#, steps.join(","))
        .replace(r#""s400","skill_id":"noop""#, r#""s400","skill_id":"noob""#);
    let desk = Desk::with(&[("w.json", &json)]);
    let ended = desk.check(&["validate", "w.json"], 3);
    ended.answers(&["noob", "did you mean `noop`?"]);
    assert!(
        ended.stdout.lines().all(|line| line.chars().count() < 300),
        "{}",
        ended.stdout
    );
}

#[test]
fn many_problems_are_counted_rather_than_all_shown() {
    let steps: String = (0..80)
        .map(|n| format!("  - {{ id: s{n}, skill_id: nope{n} }}\n"))
        .collect();
    let desk = Desk::with(&[("w.yaml", &format!("id: w\nsteps:\n{steps}"))]);
    desk.check(&["validate", "w.yaml"], 3)
        .answers(&["and 30 more problems", "w.yaml: 80 problems"]);
    let problems =
        desk.check(&["validate", "w.yaml", "-o", "json"], 3).json()["files"][0]["problems"].clone();
    assert_eq!(problems.as_array().unwrap().len(), 80);
}
