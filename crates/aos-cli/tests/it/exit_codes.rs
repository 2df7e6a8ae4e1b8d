//! One test for each exit code that a command can end with. The code for bugs has its test beside `bug::guard`; the one
//! for golden files belongs to the commands that read them.

use aos_spec::{ErrorCode, RunStatus};

use crate::{
    damage, signals,
    stored::put,
    support::{Desk, FAILING, HELLO},
};

#[test]
fn code_0_is_a_completed_run() {
    Desk::with(&[("hello.yaml", HELLO)]).check(&["run", "hello.yaml"], 0);
}

#[test]
fn code_1_is_a_failed_run() {
    Desk::with(&[("failing.yaml", FAILING)]).check(&["run", "failing.yaml"], 1);
}

#[test]
fn code_2_is_a_wrong_argument() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    for args in [
        &["run"][..],
        &["run", "hello.yaml", "--max-parallel", "0"],
        &["run", "hello.yaml", "--input", "nope=1"],
        &["runs", "show", "../x"],
        &["--store", "nosuch:x", "runs", "list"],
        &["no-such-command"],
        &[],
    ] {
        desk.check(args, 2);
    }
}

#[test]
fn code_3_is_an_invalid_workflow() {
    let desk = Desk::with(&[("bad.yaml", "id: bad\nsteps: []\n")]);
    desk.check(&["validate", "bad.yaml"], 3);
    desk.check(&["run", "bad.yaml"], 3);
    desk.check(&["graph", "bad.yaml"], 3);
}

#[test]
fn code_4_is_a_run_that_was_denied() {
    let desk = Desk::new();
    put(
        &desk,
        "broke",
        RunStatus::BudgetExceeded,
        Some(ErrorCode::BudgetExceeded),
    );
    put(
        &desk,
        "refused",
        RunStatus::PolicyViolation,
        Some(ErrorCode::PolicyViolation),
    );
    for run in ["broke", "refused"] {
        desk.check(&["runs", "watch", run], 4);
        desk.check(&["resume", run], 4);
    }
}

#[test]
fn code_5_is_a_run_that_waits() {
    let desk = Desk::new();
    put(
        &desk,
        "unknown-end",
        RunStatus::Suspended,
        Some(ErrorCode::OutcomeUnknown),
    );
    desk.check(&["runs", "watch", "unknown-end"], 5)
        .says(&["aos runs settle unknown-end pay"]);
}

#[test]
fn code_7_is_damaged_data() {
    damage::a_changed_row_is_reported_and_nothing_is_executed();
}

#[test]
fn code_8_is_something_that_is_not_there() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["runs", "show", "latest"], 8)
        .says(&["error[RUN_NOT_FOUND]", "there is no store here"]);
    desk.check(&["run", "hello.yaml"], 0);
    for args in [
        &["run", "no-such-file.yaml"][..],
        &["runs", "show", "no-such-run"],
        &["resume", "0192f0c4-0000-7000-8000-000000000000"],
        &["skills", "show", "no_such_skill"],
        &["explain", "NO_SUCH_CODE"],
    ] {
        desk.check(args, 8).says(&["error[", "help: "]);
    }
}

#[test]
fn code_9_is_a_conflict() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--run-id", "one", "--seed", "1"], 0);
    desk.check(&["run", "hello.yaml", "--run-id", "one", "--seed", "2"], 9);
    desk.check(&["runs", "cancel", "one"], 9)
        .says(&["error[RESUME_FAILED]", "it has ended as `completed`"]);
}

#[test]
fn code_10_is_a_store_that_cannot_be_reached() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("file", "")]);
    for args in [
        &["run", "hello.yaml"][..],
        &["runs", "list"],
        &["resume", "latest"],
        &["doctor"],
    ] {
        let ended = desk.check(&[args, &["--store", "sqlite:file/aos.db"]].concat(), 10);
        assert!(
            format!("{}{}", ended.stdout, ended.stderr).contains("DB_CONNECTION_FAILED"),
            "{ended:#?}"
        );
    }
}

#[test]
fn code_6_is_a_golden_that_does_not_match_and_code_7_one_that_is_not_genuine() {
    let desk = Desk::with(&[("hello.yaml", crate::support::HELLO)]);
    let args = [
        "run",
        "hello.yaml",
        "--run-id",
        "r",
        "--dev-key",
        "--store",
        "memory:",
    ];
    for (folder, seed) in [("a", "1"), ("b", "2")] {
        desk.check(&[&args[..], &["--golden", folder, "--seed", seed]].concat(), 0);
    }
    let (a, b) = ("a/r.steps.jsonl", "b/r.steps.jsonl");
    for form in ["text", "json", "jsonl", "none"] {
        desk.check(&["golden", "diff", a, b, "--dev-key", "-o", form], 6);
        desk.check(&["golden", "verify", a, "--dev-key", "-o", form], 0);
    }
    std::fs::copy(desk.path("a/r.steps.jsonl.sig"), desk.path("b/r.steps.jsonl.sig")).unwrap();
    for form in ["text", "json", "jsonl", "none"] {
        for command in [&["verify", b][..], &["show", b], &["replay", b], &["diff", a, b]] {
            let args = [&["golden"], command, &["--dev-key", "-o", form]].concat();
            desk.check(&args, 7);
        }
    }
}

#[test]
fn code_11_is_a_run_whose_time_passed() {
    let workflow = "\
id: late
timeout_seconds: 0.05
steps:
  - { id: wait, skill_id: wait, inputs: { seconds: 60 } }
";
    let desk = Desk::with(&[("late.yaml", workflow)]);
    desk.check(&["run", "late.yaml"], 11)
        .says(&["timeout in", "TIMEOUT"]);
}

#[test]
fn codes_130_and_143_are_signals_after_a_clean_checkpoint() {
    signals::check("INT", 130);
    signals::check("TERM", 143);
}

#[test]
fn the_exit_code_does_not_depend_on_the_form_of_the_answer() {
    let desk = Desk::with(&[("failing.yaml", FAILING), ("bad.yaml", "id: bad\nsteps: []\n")]);
    for form in ["text", "json", "jsonl", "none"] {
        desk.check(&["run", "failing.yaml", "-o", form], 1);
        desk.check(&["validate", "bad.yaml", "-o", form], 3);
        desk.check(&["runs", "show", "no-such-run", "-o", form, "-q"], 8);
    }
}

#[test]
fn the_codes_are_documented() {
    let ended = Desk::new().check(&["explain", "exit-codes"], 0);
    for code in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70, 130, 143] {
        assert!(
            ended
                .stdout
                .lines()
                .any(|line| line.starts_with(&format!("{code:<4}  "))),
            "{code}: {}",
            ended.stdout
        );
    }
}
