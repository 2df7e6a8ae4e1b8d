//! Bad input of every kind: a clear error with code, place and advice, the right exit code, nothing half written.

use crate::support::{Desk, HELLO};

/// Checks that `aos run` refuses a file with this content before anything is written.
#[track_caller]
fn refused(content: impl AsRef<[u8]>, code: i32, parts: &[&str]) {
    let desk = Desk::new();
    desk.write("w.yaml", content);
    let ended = desk.check(&["run", "w.yaml"], code);
    ended.says(parts).says(&["error[", "w.yaml", "help: "]);
    assert_eq!(ended.stdout, "");
    assert!(!desk.path(".aos").exists(), "nothing is written");
    let error = desk.check(&["run", "w.yaml", "-o", "json"], code).json()["error"].clone();
    assert_eq!(error["place"], "w.yaml");
    assert!(code != 3 || !error["problems"].as_array().unwrap().is_empty());
}

#[test]
fn broken_texts_are_refused() {
    refused("", 3, &[]);
    refused("{ \"id\": \"w\", ", 3, &["SYNTAX_ERROR"]);
    refused("id: w\n\tsteps: []", 3, &["SYNTAX_ERROR"]);
    refused(b"id: \xff\xfe\n", 3, &["SYNTAX_ERROR", "UTF-8"]);
    refused(b"\0\0\0\0", 3, &[]);
    refused("a: &a [*a]\n", 3, &[]);
    refused(
        format!("id: w\nsteps: {}1{}\n", "[".repeat(5000), "]".repeat(5000)),
        3,
        &[],
    );
    refused(" ".repeat(4 * 1024 * 1024 + 1), 3, &["LIMIT_EXCEEDED"]);
}

#[test]
fn members_that_do_not_belong_are_refused() {
    let yaml = |rest: &str| format!("id: w\n{rest}steps:\n  - {{ id: a, skill_id: noop }}\n");
    refused(yaml("id: v\n"), 3, &["DUPLICATE_KEY", "--> w.yaml:2:1"]);
    refused(yaml("colour: blue\n"), 3, &["UNKNOWN_FIELD", "--> w.yaml:2:1"]);
    refused(yaml("timeout_seconds: soon\n"), 3, &["--> w.yaml:2:18"]);
    refused(
        r#"{ "id": "w", "id": "v", "steps": [{ "id": "a", "skill_id": "noop" }] }"#,
        3,
        &["DUPLICATE_KEY", "--> w.yaml:1:14"],
    );
    refused("id: w\nsteps: 1\n", 3, &["--> w.yaml:2:8"]);
}

#[test]
fn steps_that_make_no_graph_are_refused() {
    let workflow = |steps: &str| format!("id: w\nsteps:\n{steps}");
    refused(
        workflow("  - { id: a, skill_id: noop }\n  - { id: a, skill_id: noop }\n"),
        3,
        &["DUPLICATE_STEP"],
    );
    refused(
        workflow("  - { id: a, skill_id: noop, depends_on: [b] }\n"),
        3,
        &["UNKNOWN_STEP"],
    );
    let cycle =
        "  - { id: a, skill_id: noop, depends_on: [b] }\n  - { id: b, skill_id: noop, depends_on: [a] }\n";
    refused(workflow(cycle), 3, &["DEPENDENCY_CYCLE", "`a` → `b` → `a`"]);
    refused(
        workflow("  - { id: a, skill_id: echo, inputs: { x: \"${b}\" } }\n"),
        3,
        &["INVALID_REFERENCE"],
    );
    refused(
        workflow("  - { id: a, skill_id: echo, inputs: { x: \"${b\" } }\n"),
        3,
        &["INVALID_REFERENCE"],
    );
    let many: String = (0..10_001)
        .map(|n| format!("  - {{ id: s{n}, skill_id: noop }}\n"))
        .collect();
    refused(workflow(&many), 3, &["LIMIT_EXCEEDED", "10001", "10000"]);
}

#[test]
fn files_that_cannot_be_read_are_reported() {
    let desk = Desk::with(&[("folder/x", "")]);
    desk.check(&["run", "nowhere.yaml"], 8)
        .says(&["error[DATA_NOT_FOUND]", "--> nowhere.yaml", "help: "]);
    desk.check(&["run", "folder"], 10)
        .says(&["error[IO_ERROR]", "--> folder", "help: "]);
    desk.check(&["run", "folder/x/y.yaml"], 10)
        .says(&["error[IO_ERROR]", "folder/x/y.yaml"]);
    assert!(!desk.path(".aos").exists());
}

#[test]
fn parameters_that_do_not_fit_are_refused() {
    let workflow = "\
id: w
inputs:
  count: { type: integer }
  list: { type: array, default: [] }
steps:
  - { id: a, skill_id: echo, inputs: { n: \"${inputs.count}\" } }
";
    let desk = Desk::with(&[
        ("w.yaml", workflow),
        ("list.json", "[1]"),
        ("twice.json", r#"{"count":1,"count":2}"#),
    ]);
    let check = |args: &[&str], parts: &[&str]| {
        let ended = desk.check(&[&["run", "w.yaml"], args].concat(), 2);
        ended.says(parts).says(&["help: "]);
        assert!(!desk.path(".aos").exists());
    };
    check(
        &[],
        &[
            "error[MISSING_REQUIRED_FIELD]",
            "--> --input count",
            "add `--input count=…`",
        ],
    );
    check(
        &["-i", "count=x"],
        &["error[INVALID_INPUT]", "must be of type `integer`"],
    );
    check(
        &["-i", "count=1", "-i", "cout=1"],
        &["no parameter `cout`", "did you mean `count`?"],
    );
    check(&["-i", "count=1", "-i", "count=2"], &["given twice"]);
    check(
        &["-i", "count=x", "-i", "list=x"],
        &["`count` must be", "`list` must be", "2 parameters do not fit"],
    );
    check(&["--input-file", "list.json"], &["list.json", "object"]);
    check(&["--input-file", "twice.json"], &["twice.json", "DUPLICATE_KEY"]);
    desk.check(&["run", "w.yaml", "--input-file", "nowhere.json"], 8);
}

#[test]
fn a_run_id_cannot_leave_its_place() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    for args in [
        &["run", "hello.yaml", "--run-id", "../../etc/passwd"][..],
        &["resume", "../../etc/passwd"],
        &["runs", "show", "../../etc/passwd"],
        &["runs", "delete", "a'; drop table workflow_checkpoints; --", "-y"],
    ] {
        let ended = desk.check(args, 2);
        ended.says(&["error[INVALID_ID]", "is not a valid run id", "help: "]);
    }
    assert!(!desk.path(".aos").exists());
}

#[test]
fn an_output_over_the_limit_fails_its_step_and_leaves_nothing_of_it() {
    let workflow = "\
id: w
steps:
  - { id: big, skill_id: file_read, inputs: { path: big.txt, max_bytes: 4000000 } }
";
    let desk = Desk::with(&[("w.yaml", workflow), ("big.txt", &"x".repeat(2_000_000))]);
    let ended = desk.check(&["run", "w.yaml", "--run-id", "big"], 1);
    ended.says(&["error[OUTPUT_TOO_LARGE]", "step `big`", "help: Return less"]);
    let shown = desk.check(&["runs", "show", "big", "-o", "json"], 0);
    assert!(shown.stdout.len() < 10_000);
    assert_eq!(shown.json()["step_results"][0]["output"], serde_json::Value::Null);
}

#[test]
fn a_path_of_a_step_cannot_leave_the_folder() {
    let reading = |path: &str| {
        format!("id: w\nsteps: [{{ id: read, skill_id: file_read, inputs: {{ path: {path} }} }}]\n")
    };
    let desk = Desk::with(&[("w.yaml", &reading("../../../etc/passwd"))]);
    desk.check(&["run", "w.yaml"], 4)
        .says(&["error[SANDBOX_REJECTION]", "the path leaves its folder"]);
    // What no text gives away is for the skill to refuse.
    std::os::unix::fs::symlink("/etc", desk.path("link")).unwrap();
    desk.write("w.yaml", reading("link/hostname"));
    desk.check(&["run", "w.yaml"], 1)
        .says(&["error[PERMISSION_DENIED]"]);
}

#[test]
fn a_store_that_cannot_be_written_is_reported_with_its_place() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("file", "content")]);
    let ended = desk.check(&["run", "hello.yaml", "--store", "sqlite:file/aos.db"], 10);
    ended.says(&[
        "error[DB_CONNECTION_FAILED]",
        "--> sqlite:file/aos.db",
        "help: check the path",
    ]);
    assert_eq!(desk.read("file"), "content");
    // A folder in which nobody may make anything, not even the administrator.
    let ended = desk.check(&["run", "hello.yaml", "--store", "sqlite:/proc/aos/aos.db"], 10);
    ended.says(&["error[DB_CONNECTION_FAILED]", "/proc/aos", "help: check the path"]);
    desk.check(&["run", "hello.yaml", "--store", "sqlite:"], 2)
        .says(&["--> --store"]);
}
