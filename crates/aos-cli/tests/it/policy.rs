//! Policies, simulation and failures from the command line.

use crate::support::{Desk, FAILING, HELLO, SLOW};

const PAID: &str = "\
id: paid
budget_ceiling_cents: 9
steps:
  - id: one
    skill_id: noop
    estimated_cost_cents: 2
    max_cost_cents: 4
  - id: two
    skill_id: noop
    depends_on: [one]
    estimated_cost_cents: 2
    max_cost_cents: 4
";

#[test]
fn a_stop_holds_until_it_is_released() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    assert_eq!(
        desk.aos(&["policy", "stop", "workflow/hello", "--reason", "a drill"])
            .code,
        0
    );
    let stopped = desk.aos(&["run", "hello.yaml", "--run-id", "r1"]);
    assert_eq!(stopped.code, 4, "{stopped:?}");
    assert!(stopped.stderr.contains("a drill"), "{stopped:?}");
    let status = desk.aos(&["policy", "status"]);
    assert!(status.stdout.contains("workflow/hello"), "{status:?}");
    assert_eq!(
        desk.aos(&["policy", "resume", "workflow/hello", "--reason", "over"])
            .code,
        0
    );
    assert_eq!(desk.aos(&["resume", "r1"]).code, 0);
}

#[test]
fn the_environment_stops_everything() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("slow.yaml", SLOW)]);
    let mut command = desk.command(&["run", "hello.yaml"]);
    let output = command.env("WORKFLOW_EMERGENCY_STOP", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn a_policy_that_cannot_be_read_keeps_a_run_from_starting() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("bad.toml", "step_celing_cents = 1")]);
    let bad = desk.aos(&["run", "hello.yaml", "--policy", "bad.toml"]);
    assert!(
        bad.code == 3 && bad.stderr.contains("line 1, column 1"),
        "{bad:?}"
    );
    assert_ne!(desk.aos(&["run", "hello.yaml", "--policy", "none.toml"]).code, 0);
    let runs = desk.aos(&["runs", "list", "-o", "json"]);
    assert!(runs.stdout.contains("[]"), "{runs:?}");
}

#[test]
fn a_simulation_says_what_a_plan_can_cost_and_which_rule_refuses_it() {
    let desk = Desk::with(&[("paid.yaml", PAID), ("tight.toml", "workflow_ceiling_cents = 5")]);
    let free = desk.aos(&["simulate", "paid.yaml"]);
    assert!(
        free.code == 0 && free.stdout.contains("cannot exceed 8 cents"),
        "{free:?}"
    );
    let tight = desk.aos(&["simulate", "paid.yaml", "--policy", "tight.toml"]);
    assert!(
        tight.code == 4 && tight.stdout.contains("workflow_ceiling"),
        "{tight:?}"
    );
}

#[test]
fn failures_are_counted() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    assert_eq!(desk.aos(&["run", "failing.yaml"]).code, 1);
    let failures = desk.aos(&["failures"]);
    assert!(failures.stdout.contains("PERMISSION_DENIED"), "{failures:?}");
}
