//! SIGINT and SIGTERM.

use std::{
    process::{Child, Command},
    time::Duration,
};

use crate::{
    damage,
    support::{Desk, SLOW, finish},
};

/// Sends a signal to a program that was started.
pub(crate) fn send(child: &Child, signal: &str) {
    let status = Command::new("kill")
        .args(["-s", signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Checks that a run that is stopped by `signal` ends the program with `code`, and is kept as paused.
#[track_caller]
pub(crate) fn check(signal: &str, code: i32) {
    let desk = Desk::with(&[("slow.yaml", SLOW)]);
    let child = desk.start(&["run", "slow.yaml", "--run-id", "slow-1"]);
    desk.wait_for(&["runs", "show", "slow-1", "-o", "json"], |ended| {
        ended.stdout.contains("\"steps_completed\": 1")
    });
    send(&child, signal);
    let ended = finish(child);
    assert_eq!(ended.code, code, "{ended:#?}");
    assert_eq!(ended.stdout, "");
    ended.says(&[
        "waiting for a clean checkpoint",
        "paused in",
        "help: aos resume slow-1",
    ]);
    let shown = desk.check(&["runs", "show", "slow-1", "-o", "json"], 0).json();
    assert_eq!(
        (&shown["status"], &shown["steps_completed"]),
        (&"paused".into(), &1.into())
    );
}

#[test]
fn an_interrupted_run_is_resumed_and_ends_as_if_it_had_not_been() {
    let workflow = "\
id: short
steps:
  - { id: wait, skill_id: wait, inputs: { seconds: 1 } }
  - { id: done, skill_id: echo, inputs: { waited: \"${wait}\" } }
";
    let desk = Desk::with(&[("short.yaml", workflow)]);
    let child = desk.start(&["run", "short.yaml", "--run-id", "r-1"]);
    desk.wait_for(&["runs", "list", "-o", "json"], |ended| {
        ended.stdout.contains("\"running\"")
    });
    send(&child, "INT");
    assert_eq!(finish(child).code, 130);
    let resumed = desk.check(&["resume", "r-1", "-o", "json"], 0).json();
    let straight = desk
        .check(
            &[
                "run",
                "short.yaml",
                "--run-id",
                "r-1",
                "-o",
                "json",
                "--store",
                "memory:",
            ],
            0,
        )
        .json();
    assert_eq!(resumed["checkpoint_hash"], straight["checkpoint_hash"]);
}

#[test]
fn a_killed_run_is_left_behind_and_resumed() {
    let desk = Desk::with(&[("slow.yaml", &SLOW.replace("60", "0.5"))]);
    let mut child = desk.start(&["run", "slow.yaml", "--run-id", "killed"]);
    desk.wait_for(&["runs", "list", "-o", "json"], |ended| {
        ended.stdout.contains("\"running\"")
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let listed = desk.check(&["runs", "list"], 0);
    listed.answers(&["left behind"]).says(&["aos resume RUN"]);
    desk.check(&["resume", "killed"], 0).says(&["completed in"]);
}

#[test]
fn a_second_signal_ends_the_program_although_the_store_does_not_answer() {
    let desk = Desk::with(&[("slow.yaml", SLOW)]);
    let child = desk.start(&["run", "slow.yaml", "--run-id", "stuck"]);
    desk.wait_for(&["runs", "show", "stuck", "-o", "json"], |ended| {
        ended.stdout.contains("\"steps_completed\": 1")
    });
    let child = damage::while_locked(&desk, move || {
        send(&child, "TERM");
        std::thread::sleep(Duration::from_millis(300));
        send(&child, "INT");
        finish(child)
    });
    assert_eq!(child.code, 130, "{child:#?}");
    desk.check(&["runs", "list"], 0)
        .answers(&["stuck", "left behind"]);
}
