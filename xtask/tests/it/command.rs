//! The program answers with its exit code, stdout and stderr.

use std::process::{Command, Output};

use xtask::{command::COMMANDS, workspace::root};

fn run(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(words)
        .output()
        .unwrap()
}

#[track_caller]
fn check(words: &[&str], code: i32, stdout: &str, stderr: &str) {
    let output = run(words);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert!(text(&output.stdout).contains(stdout), "{output:?}");
    assert!(text(&output.stderr).contains(stderr), "{output:?}");
}

#[test]
fn a_wrong_command_line_is_2_and_shows_the_usage() {
    check(&[], 2, "", "usage: cargo xtask <command>");
    check(&["fly"], 2, "", "unknown command `fly`");
    check(&["tidy", "--fast"], 2, "", "usage: cargo xtask tidy [--list]");
    check(
        &["bench", "--rounds", "none"],
        2,
        "",
        "`none` is not a number of rounds",
    );
    check(
        &["bench", "no-such-program"],
        2,
        "",
        "no benchmark program is called `no-such-program`",
    );
    check(
        &["test", "-p", "no-such-package"],
        1,
        "",
        "no package `no-such-package`",
    );
}

#[test]
fn what_can_be_asked_without_building_answers() {
    check(&["help"], 0, "pick-one", "");
    check(
        &["tidy", "--list"],
        0,
        "header        every Rust file opens with",
        "",
    );
    check(&["layers"], 0, "all allowed", "");
    check(&["pick-one", "--list"], 0, "aos-spec\n", "");
}

#[test]
fn commands_are_described_where_contributors_look() {
    let page = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    for command in COMMANDS {
        assert!(
            page.contains(&format!("cargo xtask {}", command.name)),
            "{}",
            command.name
        );
    }
}
