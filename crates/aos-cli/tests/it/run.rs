//! `aos run` and `aos resume`.

use serde_json::json;

use crate::support::{Desk, FAILING, HELLO};

#[test]
fn a_run_answers_with_the_outputs_of_its_final_steps() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let ended = desk.check(&["run", "hello.yaml"], 0);
    assert_eq!(ended.json(), json!({ "shout": "HELLO WORLD" }));
    ended.says(&[
        "run ",
        "workflow hello",
        "✓ greet",
        "✓ shout",
        "completed in",
        "2 of 2 steps",
    ]);
}

#[test]
fn a_run_answers_with_its_whole_result_as_json() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let result = desk
        .check(&["run", "hello.yaml", "-o", "json", "--run-id", "r-1"], 0)
        .json();
    let keys: Vec<_> = result.as_object().unwrap().keys().map(String::as_str).collect();
    let expect = [
        "checkpoint_hash",
        "error",
        "error_code",
        "failed_step",
        "run_id",
        "seed",
        "status",
        "step_results",
        "steps_completed",
        "steps_total",
        "total_cost_cents",
        "total_duration_ms",
        "workflow_id",
    ];
    assert_eq!(keys, expect);
    assert_eq!(result["run_id"], "r-1");
    assert_eq!(result["step_results"][1]["output"], "HELLO WORLD");
}

#[test]
fn events_come_one_a_line_and_the_result_comes_last() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let events = desk.check(&["run", "hello.yaml", "-o", "jsonl"], 0).json_lines();
    let types: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    let count = |kind: &str| types.iter().filter(|found| **found == kind).count();
    assert_eq!(
        (types[0], types[events.len() - 1]),
        ("run_started", "run_finished")
    );
    assert_eq!(
        [
            count("attempt_started"),
            count("attempt_finished"),
            count("step_committed")
        ],
        [2, 2, 2]
    );
    assert_eq!(events[events.len() - 1]["result"]["status"], "completed");
}

#[test]
fn parameters_come_from_the_command_line_and_from_a_file() {
    let desk = Desk::with(&[
        ("hello.yaml", HELLO),
        ("in.json", r#"{ "name": "file" }"#),
        ("in.yaml", "name: yaml\n"),
    ]);
    let check = |args: &[&str], expect: &str| {
        let args = [&["run", "hello.yaml"], args].concat();
        assert_eq!(desk.check(&args, 0).json(), json!({ "shout": expect }));
    };
    check(&["-i", "name=line"], "HELLO LINE");
    check(&["--input-file", "in.json"], "HELLO FILE");
    check(&["--input-file", "in.yaml"], "HELLO YAML");
    check(
        &["--input-file", "in.json", "--input", "name:=\"line\""],
        "HELLO LINE",
    );
}

#[test]
fn a_workflow_is_read_from_standard_input() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let mut command = desk.command(&["run", "-"]);
    command.stdin(std::fs::File::open(desk.path("hello.yaml")).unwrap());
    let output = command.output().unwrap();
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "{\n  \"shout\": \"HELLO WORLD\"\n}\n"
    );
}

#[test]
fn a_known_run_id_returns_the_stored_result_and_runs_nothing() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let first = desk.check(&["run", "hello.yaml", "--run-id", "same", "-o", "json"], 0);
    let again = desk.check(&["run", "hello.yaml", "--run-id", "same", "-o", "json"], 0);
    assert_eq!(first.stdout, again.stdout);
    assert!(!again.stderr.contains("✓ greet"), "{again:#?}");
    let resumed = desk.check(&["resume", "same", "-o", "json"], 0);
    assert_eq!(first.stdout, resumed.stdout);
}

#[test]
fn a_known_run_id_with_other_work_is_refused() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("failing.yaml", FAILING)]);
    desk.check(&["run", "hello.yaml", "--run-id", "same", "--seed", "1"], 0);
    let check = |args: &[&str], code: &str| {
        let ended = desk.check(&[&["run"], args, &["--run-id", "same"]].concat(), 9);
        ended.says(&[code, "help: "]);
        assert_eq!(ended.stdout, "");
    };
    check(&["hello.yaml", "--seed", "2"], "error[SEED_DRIFT]");
    check(&["failing.yaml", "--seed", "1"], "error[CHECKPOINT_STALE]");
    check(
        &["hello.yaml", "--seed", "1", "-i", "name=other"],
        "error[CHECKPOINT_STALE]",
    );
}

#[test]
fn the_seed_follows_from_the_run_id_and_is_recorded() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let seed = |id: &str| {
        let result = desk
            .check(&["run", "hello.yaml", "-o", "json", "--run-id", id], 0)
            .json();
        assert_eq!(
            desk.check(&["runs", "show", id, "-o", "json"], 0).json()["seed"],
            result["seed"]
        );
        result["seed"].clone()
    };
    assert_ne!(seed("run-a"), seed("run-b"));
    desk.check(
        &[
            "--store",
            "memory:",
            "run",
            "hello.yaml",
            "-o",
            "json",
            "--seed",
            "7",
        ],
        0,
    )
    .answers(&["\"seed\": \"7\""]);
}

#[test]
fn a_failed_run_says_why_and_what_to_type_next() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    let ended = desk.check(&["run", "failing.yaml", "--run-id", "r-9"], 1);
    assert_eq!(ended.stdout, "");
    ended.says(&[
        "✗ second",
        "failed in",
        "error[PERMISSION_DENIED]",
        "step `second`",
        "not today",
        "help: aos runs show r-9",
    ]);
}

#[test]
fn the_next_command_names_a_store_that_is_not_the_default() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    let store = format!("sqlite:{}", desk.path("other.db").display());
    let ended = desk.check(&["run", "failing.yaml", "--run-id", "r-9", "--store", &store], 1);
    ended.says(&[&format!("help: aos --store '{store}' runs show r-9")]);
    desk.check(&["runs", "show", "r-9", "--store", &store], 0);
}

#[test]
fn the_default_store_is_made_where_the_program_runs_and_memory_leaves_nothing() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--store", "memory:"], 0);
    assert!(!desk.path(".aos").exists());
    desk.check(&["run", "hello.yaml"], 0);
    assert!(desk.path(".aos/aos.db").exists());
}

#[test]
fn files_are_read_below_the_folder_that_is_named() {
    let reading = "id: reading\nsteps:\n  - { id: read, skill_id: file_read, inputs: { path: note.txt } }\n";
    let desk = Desk::with(&[
        ("reading.yaml", reading),
        ("notes/note.txt", "in notes"),
        ("note.txt", "here"),
    ]);
    let content = |args: &[&str]| {
        let ended = desk.check(&[&["run", "reading.yaml"], args].concat(), 0);
        ended.json()["read"]["content"].clone()
    };
    assert_eq!(content(&[]), "here");
    assert_eq!(content(&["--files", "notes"]), "in notes");
    let ended = desk.check(&["run", "reading.yaml", "--files", "nowhere"], 8);
    ended.says(&["nowhere", "help: name a folder that exists"]);
}

#[test]
fn a_step_that_fails_under_continue_does_not_fail_the_run() {
    let workflow = "\
id: lenient
steps:
  - { id: risky, skill_id: fail, on_error: continue, inputs: { code: DATA_NOT_FOUND, message: gone } }
  - { id: after, skill_id: echo, inputs: { seen: \"${risky}\" } }
";
    let desk = Desk::with(&[("lenient.yaml", workflow)]);
    let ended = desk.check(&["run", "lenient.yaml"], 0);
    assert_eq!(ended.json(), json!({ "after": { "seen": null } }));
    ended.says(&["✗ risky", "DATA_NOT_FOUND", "gone", "1 of 2 steps"]);
}

#[test]
fn all_degrees_of_parallelism_and_durability_end_the_same() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let hash = |args: &[&str]| {
        let fixed = [
            "run",
            "hello.yaml",
            "--store",
            "memory:",
            "--seed",
            "3",
            "-o",
            "json",
        ];
        desk.check(&[&fixed, args].concat(), 0).json()["checkpoint_hash"].clone()
    };
    let expect = hash(&[]);
    assert_eq!(hash(&["--max-parallel", "1"]), expect);
    assert_eq!(hash(&["--durability", "every-step"]), expect);
}
