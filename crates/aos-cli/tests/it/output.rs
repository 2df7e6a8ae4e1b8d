//! What goes where: the answer to standard output, everything else to standard error.

use std::{fs::File, process::Stdio};

use crate::support::{Desk, Ended, FAILING, HELLO};

#[test]
fn standard_output_holds_the_answer_and_nothing_else() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("failing.yaml", FAILING)]);
    for (args, code) in [
        (&["run", "hello.yaml"][..], 0),
        (&["run", "failing.yaml"], 1),
        (&["runs", "list"], 0),
        (&["runs", "show", "latest"], 0),
        (&["runs", "show", "no-such-run"], 8),
        (&["validate", "hello.yaml", "failing.yaml"], 0),
        (&["graph", "hello.yaml"], 0),
        (&["skills", "list"], 0),
        (&["skills", "show", "echo"], 0),
        (&["schema", "workflow"], 0),
        (&["explain"], 0),
        (&["explain", "TIMEOUT"], 0),
        (&["explain", "ids"], 0),
        (&["doctor"], 0),
        (&["completions", "bash"], 0),
        (&["run", "--no-such-option"], 2),
    ] {
        let with = |form| desk.check(&[args, &["-o", form]].concat(), code);
        with("json").json();
        with("jsonl").json_lines();
        assert_eq!(with("none").stdout, "", "{args:?}");
    }
}

#[test]
fn an_error_is_told_to_people_and_to_programs() {
    let ended = Desk::new().check(&["runs", "show", "no-such-run", "-o", "json"], 8);
    let error = ended.json()["error"].clone();
    assert_eq!(error["code"], "RUN_NOT_FOUND");
    assert_eq!(error["exit_code"], 8);
    assert_eq!(error["place"], "sqlite:.aos/aos.db");
    assert!(!error["advice"].as_array().unwrap().is_empty());
    ended.says(&["error[RUN_NOT_FOUND]", "--> sqlite:.aos/aos.db", "help: "]);
}

#[test]
fn variables_give_defaults_and_options_come_before_them() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let with = |args: &[&str]| -> Ended {
        let mut command = desk.command(args);
        command
            .env("AOS_OUTPUT", "json")
            .env("AOS_STORE", "sqlite:there.db")
            .env("AOS_PROGRESS", "none");
        command.output().unwrap().into()
    };
    let ended = with(&["run", "hello.yaml"]);
    assert_eq!(ended.json()["status"], "completed");
    assert!(!ended.stderr.contains("✓"), "{ended:#?}");
    assert!(desk.path("there.db").exists());
    assert!(with(&["runs", "list", "-o", "text"]).stdout.starts_with("RUN"));
    assert!(
        !with(&["run", "--help"]).stdout.contains("there.db"),
        "help shows no value of a variable"
    );
    assert_eq!(with(&["run"]).json()["error"]["exit_code"], 2);
}

#[test]
fn a_mistake_in_a_variable_is_a_mistake_in_the_arguments() {
    let desk = Desk::new();
    for (name, value) in [
        ("AOS_OUTPUT", "xml"),
        ("AOS_PROGRESS", "loud"),
        ("AOS_LOG", "=,="),
    ] {
        let ended: Ended = desk
            .command(&["doctor"])
            .env(name, value)
            .output()
            .unwrap()
            .into();
        assert_eq!(ended.code, 2, "{name}: {ended:#?}");
    }
}

#[test]
fn quiet_leaves_the_answer_and_errors() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("bad.yaml", "id: bad\nsteps: []\n")]);
    let ended = desk.check(&["run", "hello.yaml", "-q"], 0);
    assert_eq!(
        (ended.stdout.as_str(), ended.stderr.as_str()),
        ("{\n  \"shout\": \"HELLO WORLD\"\n}\n", "")
    );
    desk.check(&["run", "bad.yaml", "-q"], 3)
        .says(&["error[INVALID_SPEC]"]);
}

#[test]
fn colours_and_symbols_are_used_where_they_are_wanted() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let run = |args: &[&str], variables: &[(&str, &str)]| -> Ended {
        let mut command = desk.command(&[&["run", "hello.yaml"], args].concat());
        command.envs(variables.iter().copied()).output().unwrap().into()
    };
    assert!(!run(&[], &[]).stderr.contains('\u{1b}'));
    assert!(run(&["--color", "always"], &[]).stderr.contains("\u{1b}[32m✓"));
    assert!(run(&[], &[("CLICOLOR_FORCE", "1")]).stderr.contains('\u{1b}'));
    assert!(
        !run(&["--color", "never"], &[("CLICOLOR_FORCE", "1")])
            .stderr
            .contains('\u{1b}')
    );
    let plain = run(&[], &[("LC_ALL", "C")]);
    assert!(
        plain.stderr.is_ascii() && plain.stderr.contains("  + greet"),
        "{plain:#?}"
    );
}

#[test]
fn a_bar_ends_without_a_trace_but_the_lines_of_the_steps() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--progress", "bar"], 0)
        .says(&["completed in"]);
    let ended = desk.check(&["run", "hello.yaml", "--progress", "none"], 0);
    assert!(!ended.stderr.contains("✓ greet"), "{ended:#?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let mut child = desk
        .command(&["explain"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error_and_the_run_is_kept() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        eprintln!("there is no full device here to write to");
        return;
    };
    let output = desk
        .command(&["run", "hello.yaml", "--run-id", "kept"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(10));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("error[IO_ERROR]")
    );
    desk.check(&["runs", "watch", "kept"], 0);
}

#[test]
fn what_a_skill_says_cannot_control_the_terminal() {
    let workflow = "\
id: hostile
steps:
  - { id: evil, skill_id: fail, inputs: { message: \"\\e[2Jgone\\e]0;title\\a\" } }
";
    let desk = Desk::with(&[("hostile.yaml", workflow)]);
    let ran = desk.check(
        &["run", "hostile.yaml", "--run-id", "h-1", "--color", "always"],
        1,
    );
    let shown = desk.check(&["runs", "show", "h-1", "--color", "always"], 0);
    for text in [&ran.stderr, &shown.stdout] {
        assert!(
            text.contains("gone") && !text.contains("\u{1b}[2J") && !text.contains("\u{1b}]"),
            "{text:?}"
        );
    }
}

#[test]
fn the_log_is_for_those_who_ask() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let logged = desk.check(
        &["run", "hello.yaml", "-vv", "--log-format", "json", "-o", "json"],
        0,
    );
    logged.json();
    assert!(
        logged
            .stderr
            .lines()
            .any(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "{logged:#?}"
    );
}
