//! The smaller commands.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Desk, Ended, HELLO};

const DIAMOND: &str = "\
id: diamond
steps:
  - { id: top, skill_id: noop }
  - { id: left, skill_id: noop, depends_on: [top] }
  - { id: right, skill_id: echo, inputs: { x: \"${top}\" } }
  - { id: bottom, skill_id: noop, depends_on: [right, left] }
";

#[test]
fn a_graph_is_drawn_in_four_languages() {
    let desk = Desk::with(&[("d.yaml", DIAMOND)]);
    let drawn = |format: &str| desk.check(&["graph", "d.yaml", "--format", format], 0).stdout;
    let ascii = "\
LEVEL  STEP    SKILL  AFTER
1      top     noop
2      left    noop   ← top
2      right   echo   ← top
3      bottom  noop   ← left, right
";
    assert_eq!(desk.check(&["graph", "d.yaml"], 0).stdout, ascii);
    let mermaid = drawn("mermaid");
    assert!(
        mermaid.starts_with("flowchart TD\n  s0[\"top<br/>noop\"]\n") && mermaid.contains("  s2 --> s3\n")
    );
    let dot = drawn("dot");
    assert!(
        dot.starts_with("digraph \"diamond\" {") && dot.contains("  s0 -> s1;\n") && dot.ends_with("}\n")
    );
    let graph: serde_json::Value = serde_json::from_str(&drawn("json")).unwrap();
    assert_eq!(
        graph["steps"][3],
        json!({
            "index": 3, "id": "bottom", "skill_id": "noop", "level": 3, "depends_on": ["left", "right"],
        })
    );
    assert_eq!(desk.check(&["graph", "d.yaml", "-o", "json"], 0).json(), graph);
}

#[test]
fn schemas_describe_what_is_read_and_answered() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let schema = |name: &str| desk.check(&["schema", name], 0).json();
    assert_eq!(schema("workflow")["title"], "WorkflowSpec");
    let result = desk.check(&["run", "hello.yaml", "-o", "json"], 0).json();
    for required in schema("result")["required"].as_array().unwrap() {
        assert!(
            !result[required.as_str().unwrap()].is_null()
                || required.as_str().unwrap().contains("error")
                || required == "failed_step"
        );
    }
    assert_eq!(schema("event")["oneOf"].as_array().unwrap().len(), 9);
    assert!(schema("problem")["properties"]["advice"].is_object());
    desk.check(&["schema", "nothing"], 2);
}

#[test]
fn codes_and_topics_are_explained() {
    let desk = Desk::new();
    desk.check(&["explain"], 0).answers(&[
        "exit-codes",
        "environment",
        "CHECKPOINT_STALE",
        "the run id belongs to other work",
    ]);
    for name in ["CHECKPOINT_STALE", "checkpoint_stale", "checkpoint-stale"] {
        desk.check(&["explain", name], 0).answers(&[
            "# CHECKPOINT_STALE",
            "The run id belongs to other work",
            "What to do:",
        ]);
    }
    let code = desk.check(&["explain", "TIMEOUT", "-o", "json"], 0).json();
    assert_eq!(
        (&code["retryable"], &code["max_retries"], &code["exit_code"]),
        (&true.into(), &3.into(), &11.into())
    );
    for topic in [
        "environment",
        "exit-codes",
        "files",
        "ids",
        "inputs",
        "metrics",
        "output",
        "signals",
        "stores",
    ] {
        let ended = desk.check(&["explain", topic], 0);
        assert!(
            ended.stdout.lines().count() >= 3 && ended.stdout.lines().all(|line| line.chars().count() <= 120)
        );
    }
    desk.check(&["explain", "exit-code"], 8)
        .says(&["did you mean `exit-codes`?"]);
    desk.check(&["explain", "TIMEOUTS"], 8)
        .says(&["did you mean `TIMEOUT`?"]);
}

#[test]
fn skills_are_listed_and_shown() {
    let desk = Desk::new();
    desk.check(&["skills", "list"], 0)
        .answers(&["json_transform", "file_write", "idempotent", "pure"]);
    let skill = desk
        .check(&["skills", "show", "file_read", "-o", "json"], 0)
        .json();
    assert_eq!(
        (&skill["id"], &skill["effect"]),
        (&"file_read".into(), &"read".into())
    );
    desk.check(&["skills", "show", "file_write"], 0)
        .answers(&["needs an `idempotency_key`", "\"path\""]);
    desk.check(&["skills", "show", "file_raed"], 8)
        .says(&["error[SKILL_NOT_FOUND]", "did you mean `file_read`?"]);
}

#[test]
fn the_doctor_looks_at_the_store_and_changes_nothing() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("file", "")]);
    desk.check(&["doctor"], 0)
        .answers(&["does not exist yet", "terminal"]);
    assert!(!desk.path(".aos").exists());
    desk.check(&["run", "hello.yaml"], 0);
    desk.check(&["doctor"], 0)
        .answers(&["can be read and written; 1 run"]);
    let probe = desk.check(&["doctor", "--probe"], 0);
    assert_eq!((probe.stdout.as_str(), probe.stderr.as_str()), ("", ""));
    let probe = desk.check(&["doctor", "--probe", "--store", "sqlite:file/x/aos.db"], 10);
    assert_eq!((probe.stdout.as_str(), probe.stderr.lines().count()), ("", 1));
    let checks = desk
        .check(&["doctor", "-o", "json", "--store", "sqlite:file/aos.db"], 10)
        .json()["checks"]
        .clone();
    assert_eq!(
        (&checks[1]["check"], &checks[1]["ok"]),
        (&"store".into(), &false.into())
    );
}

#[test]
fn completions_are_scripts_that_their_shell_accepts() {
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(desk.check(&["completions", shell], 0).stdout.contains("aos"));
    }
    desk.write("aos.bash", desk.check(&["completions", "bash"], 0).stdout);
    let bash = Command::new("bash")
        .arg("-n")
        .arg(desk.path("aos.bash"))
        .stderr(Stdio::inherit())
        .status();
    assert!(bash.is_ok_and(|status| status.success()));
}

#[test]
fn help_and_version_are_answers() {
    let desk = Desk::new();
    let help = desk.check(&["--help"], 0);
    help.answers(&["Usage: aos", "validate", "runs", "--store"]);
    assert_eq!(help.stderr, "");
    desk.check(&["help", "runs", "settle"], 0)
        .answers(&["--completed <JSON>"]);
    let version = desk.check(&["--version"], 0);
    assert_eq!(version.stdout, concat!("aos ", env!("CARGO_PKG_VERSION"), "\n"));
    let short: Ended = desk.check(&["run", "-h"], 0);
    assert!(
        !short.stdout.contains("--store"),
        "the short help leaves out what all commands share"
    );
}
