//! `aos runs`: looking at runs and acting on them.

use aos_spec::{ErrorCode, RunStatus};
use serde_json::json;

use crate::{
    stored::{put, while_owned},
    support::{Desk, FAILING, HELLO, SLOW, finish},
};

#[test]
fn runs_are_listed_those_last_written_first_and_filtered() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("failing.yaml", FAILING)]);
    desk.check(&["runs", "list"], 0).says(&["does not exist yet"]);
    assert!(!desk.path(".aos").exists(), "looking makes nothing");
    desk.check(&["run", "hello.yaml", "--run-id", "a-1"], 0);
    desk.check(&["run", "failing.yaml", "--run-id", "b-1"], 1);
    desk.check(&["run", "hello.yaml", "--run-id", "a-2"], 0);
    let ids = |args: &[&str]| {
        let listed = desk
            .check(&[&["runs", "list", "-o", "json"], args].concat(), 0)
            .json();
        let runs = listed["runs"].as_array().unwrap().clone();
        runs.iter()
            .map(|run| run["run_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["a-2", "b-1", "a-1"]);
    assert_eq!(ids(&["--status", "failed"]), ["b-1"]);
    assert_eq!(ids(&["--workflow", "hello", "--limit", "1"]), ["a-2"]);
    desk.check(&["runs", "list"], 0)
        .answers(&["RUN ", "a-1", "failed", "2/2", "PERMISSION_DENIED"]);
    assert_eq!(
        desk.check(&["runs", "list", "-o", "jsonl"], 0).json_lines().len(),
        3
    );
    desk.check(&["runs", "list", "--status", "done"], 2)
        .says(&["completed", "suspended"]);
}

#[test]
fn a_run_is_shown_with_its_steps_failures_and_advice() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    desk.check(&["run", "failing.yaml", "--run-id", "f-1", "--agent", "bot"], 1);
    desk.check(&["runs", "show", "f-1"], 0).answers(&[
        "workflow    failing",
        "failed, 1 of 2 steps",
        "agent       bot",
        "✓ first",
        "✗ second",
        "PERMISSION_DENIED  not today",
        "help: Grant the permission",
        "error[PERMISSION_DENIED]",
    ]);
    let shown = desk.check(&["runs", "show", "f-1", "-o", "json"], 0).json();
    assert_eq!(shown["status"], "failed");
    assert_eq!(shown["agent_id"], "bot");
    assert_eq!(shown["step_results"][1]["error_code"], "PERMISSION_DENIED");
    assert_eq!(shown["skill_versions"].as_object().unwrap().len(), 2);
}

#[test]
fn retries_are_shown() {
    let workflow = "\
id: flaky
steps:
  - { id: call, skill_id: fail, max_retries: 1, inputs: { code: CONNECTION_RESET, message: reset } }
";
    let desk = Desk::with(&[("flaky.yaml", workflow)]);
    desk.check(&["run", "flaky.yaml", "--run-id", "f-1"], 1)
        .says(&["call  attempt 1 failed with CONNECTION_RESET", "1 retry"]);
    desk.check(&["runs", "show", "f-1"], 0)
        .answers(&["call  attempt 1 failed with CONNECTION_RESET: reset", "1 retry"]);
    let attempts = desk.check(&["runs", "show", "f-1", "-o", "json"], 0).json()["attempts"].clone();
    let expect = json!([{
        "step_id": "call", "attempt": 1, "state": "failed", "error_code": "CONNECTION_RESET", "error": "reset",
    }]);
    assert_eq!(attempts, expect);
}

#[test]
fn a_run_is_named_by_a_suffix_or_as_the_latest() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--run-id", "nightly-1"], 0);
    let result = desk.check(&["run", "hello.yaml", "-o", "json"], 0).json();
    let id = result["run_id"].as_str().unwrap();
    for name in [id, &id[28..], "latest"] {
        assert_eq!(
            desk.check(&["runs", "show", name, "-o", "json"], 0).json()["run_id"],
            id
        );
    }
    desk.check(&["run", "hello.yaml", "--run-id", "weekly-1"], 0);
    desk.check(&["runs", "show", "ly-1"], 8)
        .says(&["fits 2 runs", "`nightly-1`", "`weekly-1`"]);
    desk.check(&["runs", "show", "y-1"], 8)
        .says(&["no run has this id"]);
}

#[test]
fn a_running_run_is_watched_paused_and_cancelled() {
    let third = "  - { id: third, skill_id: wait, depends_on: [second], inputs: { seconds: 60 } }\n";
    let desk = Desk::with(&[("slow.yaml", &(SLOW.replace("60", "1.5") + third))]);
    let run = desk.start(&["run", "slow.yaml", "--run-id", "s-1"]);
    desk.wait_for(&["runs", "show", "s-1", "-o", "json"], |ended| {
        ended.stdout.contains("\"steps_completed\": 1")
    });
    desk.check(&["runs", "delete", "s-1", "--yes"], 9)
        .says(&["error[RUN_LOCKED]"]);
    desk.check(&["resume", "s-1"], 9).says(&["error[RUN_LOCKED]"]);
    let watch = desk.start(&["runs", "watch", "s-1"]);
    desk.check(&["runs", "pause", "s-1"], 0)
        .answers(&["asked the engine"])
        .says(&["aos runs watch s-1"]);
    let ended = finish(run);
    assert_eq!(ended.code, 5, "{ended:#?}");
    ended.says(&["paused in", "aos resume s-1"]);
    let watched = finish(watch);
    assert_eq!(watched.code, 5, "{watched:#?}");
    watched.says(&["✓ first", "✓ second", "paused in", "2 of 3 steps"]);

    let resumed = desk.start(&["resume", "s-1"]);
    desk.wait_for(&["runs", "list", "-o", "json"], |ended| {
        ended.stdout.contains("\"running\"")
    });
    desk.check(&["runs", "cancel", "s-1"], 0);
    let ended = finish(resumed);
    assert_eq!(ended.code, 11, "{ended:#?}");
    ended.says(&["cancelled in"]);
}

#[test]
fn a_run_that_nobody_executes_is_cancelled_at_once() {
    let desk = Desk::new();
    put(&desk, "waiting", RunStatus::Paused, None);
    let ended = desk.check(&["runs", "cancel", "waiting", "-o", "json"], 0).json();
    assert_eq!(
        (&ended["done"], &ended["result"]["status"]),
        (&true.into(), &"cancelled".into())
    );
    desk.check(&["runs", "watch", "waiting"], 11);
}

#[test]
fn a_suspended_run_is_settled_and_goes_on() {
    let desk = Desk::new();
    for (run, decision, status, code) in [
        (
            "happened",
            &["--completed", "{\"receipt\": 881}"][..],
            "paused",
            0,
        ),
        (
            "failed",
            &["--failed", "HTTP_5XX: the bank answered 500"],
            "failed",
            1,
        ),
        ("again", &["--repeat"], "paused", 0),
        ("unknown", &["--abort"], "aborted", 1),
    ] {
        put(&desk, run, RunStatus::Suspended, Some(ErrorCode::OutcomeUnknown));
        let settled = desk.check(
            &[&["runs", "settle", run, "pay", "-o", "json"], decision].concat(),
            0,
        );
        assert_eq!(settled.json()["status"], status);
        desk.check(&["resume", run], code);
    }
    let shown = desk.check(&["runs", "show", "happened", "-o", "json"], 0).json();
    assert_eq!(
        shown["step_results"][1]["output"],
        json!({ "receipt": { "receipt": 881 } })
    );
    desk.check(&["runs", "show", "failed"], 0)
        .answers(&["HTTP_5XX", "the bank answered 500"]);
}

#[test]
fn only_a_step_on_which_a_decision_is_due_is_settled() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    put(
        &desk,
        "waiting",
        RunStatus::Suspended,
        Some(ErrorCode::OutcomeUnknown),
    );
    desk.check(&["runs", "settle", "waiting", "thank", "--abort"], 9)
        .says(&["error[RESUME_FAILED]"]);
    desk.check(&["runs", "settle", "waiting", "pay"], 2);
    desk.check(
        &["runs", "settle", "waiting", "pay", "--abort", "--completed", "1"],
        2,
    );
    desk.check(&["runs", "settle", "waiting", "pay", "--completed", "{"], 2)
        .says(&["not JSON"]);
    desk.check(&["runs", "settle", "waiting", "pay", "--failed", "NOPE:x"], 2)
        .says(&["`NOPE` is not an error code"]);
    assert_eq!(
        desk.check(&["runs", "show", "waiting", "-o", "json"], 0).json()["status"],
        "suspended"
    );
}

#[test]
fn a_run_is_deleted_only_when_that_is_meant() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--run-id", "d-1"], 0);
    desk.check(&["runs", "delete", "d-1"], 2)
        .says(&["help: add `--yes`"]);
    desk.check(&["runs", "show", "d-1"], 0);
    desk.check(&["runs", "delete", "d-1", "--yes"], 0)
        .answers(&["deleted d-1"]);
    desk.check(&["runs", "show", "d-1"], 8);
    desk.check(
        &["runs", "delete", "0192f0c4-0000-7000-8000-000000000000", "-y"],
        8,
    );
}

#[test]
fn a_run_that_somebody_owns_is_not_deleted() {
    let desk = Desk::new();
    put(&desk, "owned", RunStatus::Paused, None);
    while_owned(&desk, "owned", || {
        desk.check(&["runs", "delete", "owned", "-y"], 9)
            .says(&["error[RUN_LOCKED]", "help: "]);
    });
    desk.check(&["runs", "delete", "owned", "-y"], 0);
}

#[test]
fn watching_an_ended_run_prints_what_running_it_printed() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let ran = desk.check(&["run", "hello.yaml", "--run-id", "w-1"], 0);
    let watched = desk.check(&["runs", "watch", "w-1"], 0);
    assert_eq!(ran.stdout, watched.stdout);
    watched.says(&["✓ greet", "✓ shout", "completed in"]);
    let events = desk
        .check(&["runs", "watch", "w-1", "-o", "jsonl"], 0)
        .json_lines();
    let types: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["step_committed", "step_committed", "run_finished"]);
}
