//! Policies, simulation and failures from the command line.

use crate::support::{Desk, Ended, FAILING, HELLO, SLOW, finish};

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
fn a_policy_file_is_checked_and_its_hash_is_kept_with_each_run() {
    let desk = Desk::with(&[
        ("hello.yaml", HELLO),
        ("good.toml", "step_ceiling_cents = 5"),
        (
            "bad.toml",
            "step_ceiling_cents = 5\n[agents.a]\nmonthly_cents = 1\ndaily_cents = 2",
        ),
    ]);
    let good = desk
        .check(&["policy", "check", "good.toml", "-o", "json"], 0)
        .json();
    desk.check(&["policy", "check", "bad.toml"], 3)
        .says(&["line 4, column 15", "`monthly_cents` is lower"]);
    desk.check(&["policy", "check", "none.toml"], 10)
        .says(&["none.toml"]);
    desk.check(
        &["run", "hello.yaml", "--run-id", "r1", "--policy", "good.toml"],
        0,
    );
    let shown = desk.check(&["runs", "show", "r1", "-o", "json"], 0).json();
    assert!(good["hash"].is_string());
    assert_eq!(shown["policy_hash"], good["hash"]);
}

#[test]
fn each_rule_says_in_words_what_it_makes_of_a_step() {
    let rules = "workflow_ceiling_cents = 5\n[agents.a]\ndaily_cents = 3\n[[rate_limits]]\nskill = \"*\"\nrequests = 2";
    let desk = Desk::with(&[("paid.yaml", PAID), ("tight.toml", rules)]);
    let explain = |more: &[&str]| {
        let args = ["policy", "explain", "paid.yaml", "--policy", "tight.toml"];
        desk.check(&[&args[..], more].concat(), 0)
    };
    explain(&["--step", "one", "--agent", "a"]).answers(&[
        "one (noop): denied",
        "the run may cost 5 cents: 0 are spent before, and the step can cost 4",
        "the day budget of `agent/a` has no room: 0 of 3 cents are taken and 4 are asked for",
        "the step counts against skill/noop 2 in 1 s, beyond which it waits at most 30 s",
    ]);
    let second = explain(&["--step", "two", "-o", "json"]).json();
    let rules = second["steps"][0]["rules"].as_array().unwrap();
    let names: Vec<_> = rules.iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "emergency_stop",
            "skill_allowed",
            "step_ceiling",
            "workflow_ceiling",
            "idempotency",
            "agent_budget",
            "rate_limit"
        ]
    );
    let ceiling = &rules[3]["refusal"];
    assert_eq!(
        (
            &ceiling["limit_cents"],
            &ceiling["current_cents"],
            &ceiling["requested_cents"]
        ),
        (&5.into(), &2.into(), &4.into())
    );
    desk.check(&["policy", "explain", "paid.yaml", "--step", "tow"], 8)
        .says(&["`two`"]);
    desk.check(&["policy", "explain"], 2);
}

#[test]
fn a_stored_run_tells_which_rule_decided_and_with_which_numbers() {
    let desk = Desk::with(&[("paid.yaml", PAID), ("tight.toml", "workflow_ceiling_cents = 3")]);
    let run = ["run", "paid.yaml", "--run-id", "r1", "--policy", "tight.toml"];
    desk.check(&run, 4);
    desk.check(&["policy", "explain", "--run", "r1"], 0).answers(&[
        "budget_exceeded",
        "refused by workflow_ceiling at step one, attempt 1 [WORKFLOW_CEILING_EXCEEDED]",
        "limit_cents 3",
        "current_cents 0",
        "requested_cents 4",
    ]);
    desk.check(&["run", "paid.yaml", "--run-id", "r2"], 0);
    desk.check(&["policy", "explain", "--run", "r2"], 0)
        .answers(&["every attempt that began was allowed"]);
    desk.check(&["policy", "explain", "--run", "r3"], 8);
}

#[test]
fn a_stop_by_another_process_ends_a_long_step_and_the_released_run_completes() {
    let text = SLOW.replace("seconds: 60", "seconds: 3");
    let desk = Desk::with(&[("slow.yaml", &text)]);
    let run = desk.start(&["run", "slow.yaml", "--run-id", "r1", "-o", "json"]);
    desk.wait_for(&["runs", "list", "-o", "json"], |listed| {
        listed.stdout.contains("\"steps_ended\": 1")
    });
    desk.check(&["policy", "stop", "--reason", "a drill"], 0);
    let ended = finish(run);
    assert_eq!(ended.code, 4, "{ended:#?}");
    let result = ended.json();
    assert_eq!(result["status"], "emergency_stopped");
    assert_eq!(result["steps_completed"], 1, "the long step was cancelled");
    desk.check(&["resume", "r1"], 4).says(&["a drill"]);
    desk.check(&["policy", "resume", "--reason", "over"], 0);
    desk.check(&["resume", "r1"], 0);
}

#[test]
fn processes_share_a_budget_and_a_killed_one_keeps_its_part_until_it_goes_on() {
    let text =
        "id: paid\nsteps:\n  - { id: one, skill_id: wait, max_cost_cents: 4, inputs: { seconds: 3 } }\n";
    let rules = "[agents.a]\ntotal_cents = 10";
    let desk = Desk::with(&[("paid.yaml", text), ("rules.toml", rules)]);
    let args = |run: &'static str| {
        [
            "run",
            "paid.yaml",
            "--policy",
            "rules.toml",
            "--agent",
            "a",
            "--run-id",
            run,
        ]
    };
    let held = |cents: u64| {
        move |usage: &Ended| {
            let usage = usage.json();
            let total = usage["usage"].as_array().and_then(|rows| rows.last()).cloned();
            total.is_some_and(|row| row["held_cents"] == cents)
        }
    };
    let usage = ["policy", "usage", "agent/a", "-o", "json"];
    let (mut killed, other) = (desk.start(&args("killed")), desk.start(&args("other")));
    desk.wait_for(&usage, held(8));
    desk.check(&args("third"), 4)
        .says(&["AGENT_BUDGET_EXCEEDED", "8 of 10 cents"]);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(finish(other).code, 0);
    assert!(held(4)(&desk.aos(&usage)), "{:?}", desk.aos(&usage));
    desk.check(&["resume", "killed", "--policy", "rules.toml"], 0);
    assert!(held(0)(&desk.aos(&usage)), "{:?}", desk.aos(&usage));
}

#[test]
fn a_key_that_stands_for_another_request_is_refused_where_there_are_rules() {
    let text = "id: w\ninputs:\n  text: { type: string }\nsteps:\n  - id: write\n    skill_id: file_write\n    \
                idempotency_key: note\n    inputs: { path: note.txt, content: \"${inputs.text}\" }\n";
    let desk = Desk::with(&[("w.yaml", text), ("rules.toml", "step_ceiling_cents = 5")]);
    let run = |input: &str, more: &[&str], code| {
        desk.check(&[&["run", "w.yaml", "--input", input][..], more].concat(), code)
    };
    let rules = ["--policy", "rules.toml"];
    run("text=one", &rules, 0);
    run("text=one", &rules, 0);
    run("text=two", &rules, 4).says(&["`note` stands for another request"]);
    assert_eq!(desk.read("note.txt"), "one");
    run("text=two", &[], 0);
}

#[test]
fn failures_are_listed_shown_and_counted() {
    let desk = Desk::with(&[("failing.yaml", FAILING), ("tolerant.yaml", &tolerant())]);
    desk.check(&["run", "failing.yaml"], 1);
    desk.check(&["run", "tolerant.yaml"], 0);
    desk.check(&["failures", "list"], 0).answers(&[
        "PERMISSION_DENIED",
        "ended the run",
        "TIMEOUT",
        "retried in vain",
        "tolerated",
        "not today",
    ]);
    let shown = desk.check(&["failures", "show", "TIMEOUT"], 0);
    shown.answers(&["2 failures: 0 recovered by a retry, 1 retried in vain, 1 tolerated"]);
    let stats = |more: &[&str]| {
        let stats = desk
            .check(&[&["failures", "stats", "-o", "json"][..], more].concat(), 0)
            .json();
        stats["failures"].as_array().unwrap().len()
    };
    assert_eq!(stats(&[]), 2);
    assert_eq!(stats(&["--workflow", "failing"]), 1);
    assert_eq!(stats(&["--skill", "noop"]), 0);
    assert_eq!(stats(&["--since", "1h"]), 2);
    assert_eq!(stats(&["--since", "0s"]), 0);
    desk.check(&["failures", "stats", "--since", "yesterday"], 2);
    desk.check(&["failures", "show", "NO_SUCH_CODE"], 2);
}

/// A workflow that can do without a step that fails twice.
fn tolerant() -> String {
    FAILING
        .replace("id: failing", "id: tolerant")
        .replace("PERMISSION_DENIED", "TIMEOUT")
        .replace(
            "depends_on: [first]",
            "depends_on: [first]\n    max_retries: 1\n    on_error: continue",
        )
}
