//! `aos run --golden` and `aos resume --golden`: every run that has ended has a whole, signed golden.

use std::fs;

use crate::support::{Desk, FAILING, HELLO, SLOW, finish};

/// A key of 32 bytes, as a variable holds it.
pub(crate) const KEY: (&str, &str) = (
    "AOS_GOLDEN_KEY",
    "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
);

/// Steps of all kinds that can run at the same time.
pub(crate) const FAN: &str = "\
id: fan
inputs:
  n: { type: integer, default: 3 }
steps:
  - id: start
    skill_id: json_transform
    inputs: { data: \"${inputs.n}\", expression: data * 9007199254740993 }
  - id: left
    skill_id: wait
    depends_on: [start]
    inputs: { seconds: 0.02 }
  - id: middle
    skill_id: echo
    inputs: { text: \"héllo \\U0001F600 ${start}\", ratio: 0.1 }
  - id: right
    skill_id: fail
    on_error: continue
    inputs: { code: PERMISSION_DENIED, message: not today }
  - id: kept
    skill_id: file_write
    idempotency_key: kept
    inputs: { path: kept.txt, content: \"${middle.text} ${right}\" }
  - id: end
    skill_id: echo
    depends_on: [left]
    inputs: { kept: \"${kept.bytes}\" }
";

/// The bytes of a golden and of its signature.
pub(crate) fn pair(desk: &Desk, golden: &str) -> (Vec<u8>, Vec<u8>) {
    let read = |name: &str| fs::read(desk.path(name)).unwrap();
    (read(golden), read(&format!("{golden}.sig")))
}

fn names(desk: &Desk, folder: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(desk.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const PAIR: [&str; 2] = ["r.steps.jsonl", "r.steps.jsonl.sig"];

#[test]
fn a_run_has_the_same_golden_every_time_and_at_every_parallelism() {
    let record = |parallel: &str| {
        let desk = Desk::with(&[("w.yaml", FAN)]);
        let args = [
            "run",
            "w.yaml",
            "--run-id",
            "r",
            "--golden",
            "g",
            "--max-parallel",
            parallel,
        ];
        desk.check_with(KEY, &args, 0).says(&["golden g/r.steps.jsonl"]);
        assert_eq!(names(&desk, "g"), PAIR);
        pair(&desk, "g/r.steps.jsonl")
    };
    let expected = record("1");
    let text = String::from_utf8(expected.0.clone()).unwrap();
    assert_eq!(text.lines().count(), 8);
    assert!(
        text.contains("27021597764222979") && text.contains("h\u{e9}llo \u{1f600}"),
        "{text}"
    );
    assert!(!text.contains("duration"), "{text}");
    for parallel in ["1", "2", "64"] {
        assert_eq!(record(parallel), expected, "--max-parallel {parallel}");
    }
}

#[test]
fn nothing_runs_without_a_key_and_no_key_is_taken_from_the_command_line() {
    let desk = Desk::with(&[("w.yaml", HELLO)]);
    let ended = desk.check(&["run", "w.yaml", "--golden", "g"], 4);
    ended.says(&[
        "UNAUTHORIZED",
        "AOS_GOLDEN_KEY_FILE",
        "aos golden keygen FILE",
        "--dev-key",
    ]);
    assert!(!desk.path("g").exists());
    let runs = desk.check(&["runs", "list", "-o", "json"], 0).json();
    assert_eq!(runs["runs"], serde_json::json!([]));
    desk.check(&["run", "w.yaml", "--golden", "g", "--key", KEY.1], 2);
    let short = ("AOS_GOLDEN_KEY", "hex:00ff");
    let ended = desk.check_with(short, &["run", "w.yaml", "--golden", "g"], 2);
    ended.says(&["the key has 2 bytes; at least 32 are needed"]);
    assert!(!ended.stderr.contains("00ff"), "{ended:#?}");
    desk.check(&["run", "w.yaml", "--redact", "/inputs/name"], 2);
}

#[test]
fn the_development_key_signs_when_it_is_asked_for_by_name() {
    let desk = Desk::with(&[("w.yaml", HELLO)]);
    desk.check(
        &["run", "w.yaml", "--run-id", "r", "--golden", "g", "--dev-key"],
        0,
    );
    let ended = desk.check(&["golden", "verify", "g/r.steps.jsonl", "--dev-key"], 0);
    ended.answers(&["(dev)"]);
    desk.check_with(KEY, &["golden", "verify", "g/r.steps.jsonl"], 7)
        .answers(&["SIGNATURE_INVALID", "not among the given keys"]);
}

#[test]
fn the_folder_can_come_from_the_environment_and_a_failed_run_is_recorded_too() {
    let desk = Desk::with(&[("w.yaml", FAILING)]);
    let args = ["run", "w.yaml", "--run-id", "r", "--dev-key"];
    desk.check_with(("AOS_GOLDEN_DIR", "g"), &args, 1);
    desk.check(&["golden", "show", "g/r.steps.jsonl", "--dev-key"], 0)
        .answers(&[
            "first",
            "PERMISSION_DENIED  not today",
            "failed \u{b7} 1 of 2 steps",
        ]);
}

#[test]
fn a_run_that_has_ended_gets_the_golden_that_is_missing_or_partial() {
    let desk = Desk::with(&[("w.yaml", FAN)]);
    desk.check_with(
        KEY,
        &["run", "w.yaml", "--run-id", "r", "--golden", "expected"],
        0,
    );
    let expected = pair(&desk, "expected/r.steps.jsonl");
    let ways: [&[&str]; 2] = [&["run", "w.yaml", "--run-id", "r"], &["resume", "r"]];
    for (at, way) in ways.into_iter().enumerate() {
        let folder = format!("g{at}");
        desk.write(&format!("{folder}/r.steps.jsonl.partial"), "{\"event\":\"run_st");
        for _ in 0..2 {
            let args = [way, &["--golden", &folder]].concat();
            desk.check_with(KEY, &args, 0);
            assert_eq!(pair(&desk, &format!("{folder}/r.steps.jsonl")), expected);
            assert_eq!(names(&desk, &folder), PAIR);
        }
    }
    desk.write("g0/r.steps.jsonl", "other");
    desk.check_with(KEY, &["resume", "r", "--golden", "g0"], 10)
        .says(&["GOLDEN_WRITE_FAILED", "cannot be used"]);
}

#[test]
fn a_run_that_waits_has_a_partial_golden_and_one_that_is_cancelled_elsewhere_can_be_completed() {
    let desk = Desk::with(&[("w.yaml", SLOW)]);
    let mut command = desk.command(&["run", "w.yaml", "--run-id", "r", "--golden", "g", "--dev-key"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    desk.wait_for(&["runs", "show", "r"], |ended| ended.stdout.contains("1 of 2"));
    desk.check(&["runs", "cancel", "r"], 0);
    assert_eq!(finish(child).code, 11);
    assert_eq!(names(&desk, "g"), PAIR);
    desk.check(&["golden", "show", "g/r.steps.jsonl", "--dev-key"], 0)
        .answers(&["cancelled"]);
}

#[test]
fn what_is_hidden_is_in_neither_golden_nor_errors_and_a_secret_stops_the_recording() {
    const PIN: &str = "s3cret-pin-4711";
    let workflow = HELLO
        .replace("json_transform", "echo")
        .replace(", expression: data.upperAscii()", "");
    let desk = Desk::with(&[("w.yaml", &workflow)]);
    let name = format!("name={PIN}");
    let run = |run_id: &str, redactions: &[&str], code: i32| {
        let hidden = redactions.iter().flat_map(|pointer| ["--redact", pointer]);
        let args = [
            "run", "w.yaml", "--run-id", run_id, "--golden", "g", "--input", &name,
        ];
        let args: Vec<_> = args.into_iter().chain(hidden).collect();
        desk.check_with(KEY, &args, code)
    };
    let ended = run("r", &["/inputs/name", "/steps/greet/output"], 10);
    ended.says(&["GOLDEN_WRITE_FAILED", "declare a redaction"]);
    assert!(!ended.stderr.contains(PIN), "{ended:#?}");
    run("r2", &["/inputs/name", "/steps/*/output"], 0);
    let golden = desk.read("g/r2.steps.jsonl");
    assert!(
        golden.contains("[redacted:string]") && !golden.contains(PIN),
        "{golden}"
    );
    desk.check_with(KEY, &["golden", "replay", "g/r2.steps.jsonl"], 0)
        .answers(&["0 steps performed, 2 served"]);
    desk.check(&["run", "w.yaml", "--golden", "g", "--redact", "/nowhere"], 2)
        .says(&["cannot be hidden"]);

    let text = format!("name=AKIA{}", "IOSFODNN7EXAMPLE");
    let args = [
        "run", "w.yaml", "--run-id", "r3", "--golden", "g", "--input", &text,
    ];
    let ended = desk.check_with(KEY, &args, 10);
    ended.says(&["looks like a secret"]);
    assert!(!ended.stderr.contains("IOSFODNN7"), "{ended:#?}");
    let again = [
        &args[..],
        &["--redact", "/inputs/name", "--redact", "/steps/*/output"],
    ]
    .concat();
    desk.check_with(KEY, &again, 0);
}
