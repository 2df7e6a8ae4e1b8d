//! `aos golden replay`: pure skills again, everything else from the recording.

use std::fs;

use crate::{
    golden_record::{FAN, KEY},
    support::{Desk, HELLO},
};

const GOLDEN: &str = "g/r.steps.jsonl";

fn recorded(workflow: &str) -> Desk {
    let desk = Desk::with(&[("w.yaml", workflow)]);
    desk.check_with(KEY, &["run", "w.yaml", "--run-id", "r", "--golden", "g"], 0);
    desk
}

#[test]
fn a_replay_calls_pure_skills_and_touches_nothing() {
    let desk = recorded(FAN);
    fs::remove_file(desk.path("kept.txt")).unwrap();
    fs::remove_dir_all(desk.path(".aos")).unwrap();
    let ended = desk.check_with(KEY, &["golden", "replay", GOLDEN], 0);
    ended.answers(&["the replay of run r did the same: 4 steps performed, 2 served"]);
    assert!(!desk.path("kept.txt").exists() && !desk.path(".aos").exists());
    let json = desk
        .check_with(KEY, &["golden", "replay", GOLDEN, "-o", "json"], 0)
        .json();
    assert_eq!(
        (
            json["equal"].as_bool(),
            json["status"].as_str(),
            json["steps_served"].as_u64()
        ),
        (Some(true), Some("completed"), Some(2))
    );
    desk.check_with(KEY, &["golden", "replay", GOLDEN, "w.yaml"], 0);
}

#[test]
fn a_replay_that_does_something_else_says_where_and_what() {
    let desk = recorded(HELLO);
    // As if an earlier version of the skill had answered otherwise.
    let other = desk.read(GOLDEN).replace("HELLO WORLD", "Hello World");
    desk.write(GOLDEN, other);
    desk.check_with(KEY, &["golden", "replay", GOLDEN], 7);
    fs::remove_file(desk.path(&format!("{GOLDEN}.sig"))).unwrap();
    desk.check_with(KEY, &["golden", "sign", GOLDEN], 0);
    let ended = desk.check_with(KEY, &["golden", "replay", GOLDEN], 6);
    ended.answers(&[
        "g/r.steps.jsonl: 1 difference",
        "step `shout`, `/2/output`: another value, expected \"Hello World\", found \"HELLO WORLD\"",
    ]);
    ended.says(&["record a new golden"]);
    let json = desk
        .check_with(KEY, &["golden", "replay", GOLDEN, "-o", "json"], 6)
        .json();
    let difference = &json["differences"][0];
    assert_eq!(
        (
            &difference["step_id"],
            &difference["pointer"],
            &difference["expected"],
            &difference["actual"]
        ),
        (
            &"shout".into(),
            &"/2/output".into(),
            &"Hello World".into(),
            &"HELLO WORLD".into()
        )
    );
}

#[test]
fn mismatches_failed_replays_drift_and_bad_signatures_are_counted() {
    let desk = recorded(HELLO);
    let check = |args: &[&str], code: i32, counts: [u32; 3]| {
        desk.check_with(
            KEY,
            &[&["golden"], args, &["--metrics-file", "m.prom"]].concat(),
            code,
        );
        let text = desk.read("m.prom");
        for (name, count) in ["golden_mismatches", "replay_failures", "seed_drift"]
            .iter()
            .zip(counts)
        {
            let line = format!("\nnova_workflow_{name}_total {count}\n");
            assert!(text.contains(&line), "{args:?}: {line} is missing in {text}");
        }
    };
    check(&["verify", GOLDEN], 0, [0, 0, 0]);
    check(&["replay", GOLDEN], 0, [0, 0, 0]);
    let run = [
        "run", "w.yaml", "--run-id", "r", "--golden", "g2", "--store", "memory:", "--seed", "1",
    ];
    desk.check_with(KEY, &run, 0);
    check(&["diff", "g2/r.steps.jsonl", GOLDEN], 6, [1, 0, 1]);
    let other = desk.read(GOLDEN).replace("HELLO WORLD", "Hello World");
    desk.write(GOLDEN, other);
    check(&["verify", GOLDEN], 7, [2, 0, 1]);
    check(&["show", GOLDEN], 7, [3, 0, 1]);
    fs::remove_file(desk.path(&format!("{GOLDEN}.sig"))).unwrap();
    desk.check_with(KEY, &["golden", "sign", GOLDEN], 0);
    check(&["replay", GOLDEN], 6, [3, 1, 1]);
}

#[test]
fn a_workflow_that_is_not_the_recorded_one_is_a_divergence() {
    let desk = recorded(HELLO);
    desk.write("changed.yaml", HELLO.replace("hello ${", "bye ${"));
    let ended = desk.check_with(KEY, &["golden", "replay", GOLDEN, "changed.yaml"], 6);
    ended.says(&["changed.yaml", "the specification has the hash"]);
    desk.check_with(KEY, &["golden", "replay", GOLDEN, "nowhere.yaml"], 8);
}

#[test]
fn a_golden_that_hides_its_workflow_is_replayed_with_the_file() {
    let desk = Desk::with(&[("w.yaml", HELLO)]);
    let args = [
        "run",
        "w.yaml",
        "--run-id",
        "r",
        "--golden",
        "g",
        "--redact",
        "/spec/name",
    ];
    desk.check_with(KEY, &args, 0);
    desk.check_with(KEY, &["golden", "replay", GOLDEN], 2)
        .says(&["aos golden replay GOLDEN WORKFLOW"]);
    desk.check_with(KEY, &["golden", "replay", GOLDEN, "w.yaml"], 0)
        .answers(&["2 steps performed"]);
}
