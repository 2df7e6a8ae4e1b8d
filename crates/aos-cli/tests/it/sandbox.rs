//! The sandbox around runs, and its detectors on their own.

use std::{fs::File, process::Stdio};

use crate::support::{Desk, HELLO};

#[test]
fn a_run_of_a_hostile_workflow_is_refused_before_its_first_step() {
    let workflow = "\
id: hostile
steps:
  - { id: first, skill_id: file_write, idempotency_key: first-file, inputs: { path: a.txt, content: a } }
  - { id: second, skill_id: file_read, inputs: { path: ../../etc/passwd } }
";
    let desk = Desk::with(&[("w.yaml", workflow)]);
    let ended = desk.check(&["run", "w.yaml", "--run-id", "r", "-o", "json"], 4);
    let result = ended.json();
    assert_eq!(result["status"], "sandbox_rejected");
    assert_eq!(result["error_details"]["findings"][0]["rule_id"], "AOS-PATH-001");
    assert!(!desk.path("a.txt").exists());
    desk.check(&["resume", "r"], 4)
        .says(&["error[SANDBOX_REJECTION]"]);
    desk.check(&["runs", "show", "r"], 0)
        .answers(&["sandbox_rejected"]);
}

#[test]
fn a_run_that_asks_for_a_forbidden_skill_is_refused_and_kept() {
    let desk = Desk::with(&[("w.yaml", "id: w\nsteps: [{ id: a, skill_id: shell_exec }]\n")]);
    desk.check(&["run", "w.yaml"], 4)
        .says(&["error[SANDBOX_REJECTION]", "shell_exec"]);
    desk.check(&["runs", "list", "--status", "sandbox_rejected"], 0)
        .answers(&["w"]);
}

#[test]
fn a_hostile_file_is_stopped_before_it_chooses_a_path() {
    let workflow = "\
id: w
steps:
  - { id: list, skill_id: file_read, inputs: { path: list.txt } }
  - { id: named, skill_id: file_read, inputs: { path: \"${list.content}\" } }
";
    let desk = Desk::with(&[("w.yaml", workflow), ("list.txt", "../../etc/passwd")]);
    let result = desk.check(&["run", "w.yaml", "-o", "json"], 4).json();
    assert_eq!(result["failed_step"], "named");
    assert_eq!(
        result["error_details"]["findings"][0]["code"],
        "INJECTION_DETECTED"
    );
    desk.write("list.txt", "w.yaml");
    desk.check(&["run", "w.yaml"], 0);
}

#[test]
fn settings_make_the_sandbox_stricter() {
    let desk = Desk::with(&[
        ("hello.yaml", HELLO),
        ("deny.toml", "deny_skills = [\"Echo\"]\n"),
        ("only.toml", "only_skills = [\"echo\"]\n"),
        ("few.toml", "[limits]\nmax_steps = 1\n"),
    ]);
    desk.check(&["run", "hello.yaml"], 0);
    for (file, rule) in [
        ("deny.toml", "AOS-SKILL-001"),
        ("only.toml", "AOS-SKILL-005"),
        ("few.toml", "AOS-LIMIT-003"),
    ] {
        desk.check(&["run", "hello.yaml", "--sandbox", file], 4)
            .says(&[rule]);
        desk.check(&["plan", "check", "hello.yaml", "--sandbox", file], 4)
            .answers(&[rule]);
    }
    let mut command = desk.command(&["run", "hello.yaml"]);
    let output = command.env("AOS_SANDBOX", "deny.toml").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn settings_that_cannot_be_read_keep_a_run_from_starting() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("bad.toml", "deny_skill = []\n")]);
    desk.check(&["run", "hello.yaml", "--sandbox", "bad.toml"], 3)
        .says(&["line 1, column 1", "bad.toml"]);
    desk.check(&["run", "hello.yaml", "--sandbox", "none.toml"], 8);
    desk.check(&["plan", "check", "hello.yaml", "--sandbox", "bad.toml"], 3);
    desk.check(&["resume", "latest", "--sandbox", "bad.toml"], 3);
    let runs = desk.check(&["runs", "list", "-o", "json"], 0);
    assert!(runs.stdout.contains("[]"), "{runs:?}");
}

const CORPUS: &str = r#"{"id": "one", "text": "nobody' OR 'k'='k", "label": "attack"}
{"id": "two", "text": "three apples, please"}

{"id": "three", "text": "${fetch.body}", "steps": ["fetch"]}
{"id": 4, "text": "http://127.0.0.1/", "sink": "url"}
{"text": "{{ name }}"}
"#;

#[test]
fn a_scan_answers_a_line_for_each_text() {
    let desk = Desk::with(&[("c.jsonl", CORPUS)]);
    let lines = desk
        .check(&["sandbox", "scan", "c.jsonl", "-o", "jsonl"], 0)
        .stdout;
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(
        lines,
        [
            r#"{"id":"one","violations":["AOS-SQLI-002"],"warnings":[]}"#,
            r#"{"id":"two","violations":[],"warnings":[]}"#,
            r#"{"id":"three","violations":[],"warnings":[]}"#,
            r#"{"id":4,"violations":["AOS-SSRF-001"],"warnings":["AOS-SSRF-009"]}"#,
            r#"{"id":null,"violations":[],"warnings":["AOS-SSTI-005"]}"#,
        ]
    );
    desk.check(&["sandbox", "scan", "c.jsonl"], 0).answers(&[
        "one: AOS-SQLI-002\n",
        "two: ok\n",
        "null: (AOS-SSTI-005)\n",
    ]);
    let document = desk
        .check(&["sandbox", "scan", "c.jsonl", "-o", "json"], 0)
        .json();
    assert_eq!(document["texts"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        desk.check(&["sandbox", "scan", "c.jsonl", "-o", "none"], 0)
            .stdout,
        ""
    );
}

#[test]
fn a_scan_reads_standard_input() {
    let desk = Desk::with(&[("c.jsonl", CORPUS)]);
    let mut command = desk.command(&["sandbox", "scan", "-", "-o", "jsonl"]);
    command.stdin(Stdio::from(File::open(desk.path("c.jsonl")).unwrap()));
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 5);
}

#[test]
fn a_bad_line_is_named_after_the_answers_before_it() {
    for (bad, reason) in [
        ("no json", "expected"),
        ("{\"id\": \"x\"}", "missing field `text`"),
        ("{\"text\": \"x\", \"sink\": \"nose\"}", "unknown variant `nose`"),
        ("{\"text\": 7}", "invalid type"),
    ] {
        let desk = Desk::with(&[("c.jsonl", &format!("{{\"text\": \"fine\"}}\n{bad}\n"))]);
        let ended = desk.check(&["sandbox", "scan", "c.jsonl", "-o", "jsonl"], 3);
        ended.says(&["read line 2:", reason, "c.jsonl:2", "one JSON object a line"]);
        assert!(ended.stdout.starts_with("{\"id\":null,"), "{ended:?}");
    }
    Desk::new().check(&["sandbox", "scan", "nowhere.jsonl"], 8);
}
