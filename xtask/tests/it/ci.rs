//! CI fails when a step fails, and its script runs what the README tells.

use xtask::{
    ci::{self, Step},
    command::Verdict,
};

const HELD: Step = ("held", |_| Ok(Verdict::Held));
const NOT_RUN: Step = ("not-run", |_| Ok(Verdict::NotRun("not installed".to_owned())));
const BROKEN: Step = ("broken", |_| Ok(Verdict::Broken));
const FAILING: Step = ("failing", |_| anyhow::bail!("no cargo"));

#[test]
fn one_failed_step_fails_the_whole_and_a_missing_tool_does_not() {
    assert_eq!(ci::run(&[HELD, NOT_RUN, HELD]), Verdict::Held);
    assert_eq!(ci::run(&[BROKEN, HELD]), Verdict::Broken);
    assert_eq!(ci::run(&[HELD, FAILING]), Verdict::Broken);
}

#[cfg(unix)]
#[test]
fn the_script_runs_the_test_command_at_the_root_and_without_input() {
    use std::{env, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

    use xtask::workspace::root;

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("script");
    fs::create_dir_all(&folder).unwrap();
    let cargo = folder.join("cargo");
    fs::write(&cargo, "#!/bin/sh\npwd -P\necho \"$@\"\nwc -c\nexit 7\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.display(), env::var("PATH").unwrap());

    let output = Command::new(root().join(".ci/run"))
        .current_dir("/")
        .env("PATH", path)
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = lines.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            root().canonicalize().unwrap().to_str().unwrap(),
            "xtask test",
            "0"
        ]
    );
    assert_eq!(
        output.status.code(),
        Some(7),
        "the script answers what cargo answers"
    );
}
