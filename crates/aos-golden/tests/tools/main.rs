//! Signatures can be checked with ordinary tools.
//!
//! Where a tool is missing its test is shown as ignored, and in CI it fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "only what makes a golden is needed here")]
#[path = "../it/support.rs"]
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use aos_golden::{GoldenKey, KeyClass, KeyRing, key::DEVELOPMENT_KEY, paths::signature_path};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

use crate::support::Run;

fn main() {
    let tests = vec![
        test(
            "the_printed_openssl_commands_give_the_mac_and_the_seal",
            Some(("openssl", "version")),
            the_printed_openssl_commands_give_the_mac_and_the_seal,
        ),
        test(
            "the_python_script_agrees_about_good_and_bad_goldens",
            Some(("python3", "--version")),
            the_python_script_agrees_about_good_and_bad_goldens,
        ),
        test(
            "the_documentation_shows_the_script_as_it_is",
            None,
            the_documentation_shows_the_script_as_it_is,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

/// Returns a test that needs the tool that answers to an argument.
fn test(name: &'static str, tool: Option<(&str, &str)>, run: fn()) -> Trial {
    let is_there = |(tool, argument)| {
        Command::new(tool)
            .arg(argument)
            .stdin(Stdio::null())
            .output()
            .is_ok()
    };
    let is_missing = tool.is_some_and(|tool| !is_there(tool));
    let is_ci = std::env::var_os("CI").is_some();
    let trial = Trial::test(name, move || {
        if is_missing {
            return Err(Failed::from("its tool is not installed"));
        }
        run();
        Ok(())
    });
    trial.with_ignored_flag(is_missing && !is_ci)
}

fn golden_in(folder: &Path, key: &[u8]) -> PathBuf {
    let ring = KeyRing::new(GoldenKey::new(key, KeyClass::Ci).unwrap());
    Run::new("r1", [json!({ "text": "héllo" })]).write(folder, &ring)
}

fn the_printed_openssl_commands_give_the_mac_and_the_seal() {
    let folder = tempfile::tempdir().unwrap();
    let path = golden_in(folder.path(), DEVELOPMENT_KEY);
    let signature = fs::read_to_string(signature_path(&path)).unwrap();
    let (header, seal) = signature.split_once('\n').unwrap();
    let field = |line: &str, name: &str| {
        serde_json::from_str::<Value>(line).unwrap()[name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let page = documentation();
    let (_, commands) = page.split_once("```sh\n").unwrap();
    let (commands, _) = commands.split_once("```").unwrap();
    let output = Command::new("sh")
        .args(["-euc", commands])
        .current_dir(folder.path())
        .env("KEY_HEX", hex::encode(DEVELOPMENT_KEY))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<_> = printed
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(printed, [field(header, "mac"), field(seal.trim(), "seal")]);
}

fn documentation() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/golden-files.md");
    fs::read_to_string(page).unwrap()
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_golden.py")
}

fn the_python_script_agrees_about_good_and_bad_goldens() {
    let folder = tempfile::tempdir().unwrap();
    let key = [9; 40];
    let path = golden_in(folder.path(), &key);
    let verify = |key: &[u8]| {
        Command::new("python3")
            .arg(script())
            .arg(&path)
            .env("AOS_GOLDEN_KEY", format!("hex:{}", hex::encode(key)))
            .output()
            .unwrap()
    };
    let output = verify(&key);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(printed.contains("r1.steps.jsonl: ok, 3 events"), "{printed}");

    let (golden, signature) = (fs::read(&path).unwrap(), fs::read(signature_path(&path)).unwrap());
    let refuses = |what: &str| {
        let output = verify(&key);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{what}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    };
    for index in (0..golden.len()).step_by(397) {
        let mut damaged = golden.clone();
        damaged[index] ^= 1;
        fs::write(&path, damaged).unwrap();
        refuses("a changed golden");
    }
    fs::write(&path, &golden).unwrap();
    for index in (0..signature.len()).step_by(97) {
        let mut damaged = signature.clone();
        damaged[index] ^= 1;
        fs::write(signature_path(&path), damaged).unwrap();
        refuses("a changed signature");
    }
    fs::write(signature_path(&path), &signature).unwrap();
    assert_eq!(verify(&[8; 40]).status.code(), Some(1), "another key");
    assert_eq!(verify(&key).status.code(), Some(0));
}

fn the_documentation_shows_the_script_as_it_is() {
    let page = documentation();
    let script = fs::read_to_string(script()).unwrap();
    assert!(
        page.contains(&format!("```python\n{script}```\n")),
        "docs/golden-files.md has another script"
    );
    assert!(script.lines().count() <= 32, "short enough to be read");
    assert!(page.contains(std::str::from_utf8(DEVELOPMENT_KEY).unwrap()));
}
