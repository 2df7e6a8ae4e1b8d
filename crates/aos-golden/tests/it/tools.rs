//! Signatures can be checked with ordinary tools.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use aos_golden::{GoldenKey, KeyClass, KeyRing, key::DEVELOPMENT_KEY, paths::signature_path};
use serde_json::{Value, json};

use crate::support::{Run, skip};

fn golden_in(folder: &Path, key: &[u8]) -> PathBuf {
    let ring = KeyRing::new(GoldenKey::new(key, KeyClass::Ci).unwrap());
    Run::new("r1", [json!({ "text": "héllo" })]).write(folder, &ring)
}

/// Runs a tool; `None` when there is none.
fn run(command: &mut Command) -> Option<Output> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
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
    if run(Command::new("openssl").arg("version")).is_none() {
        return skip("openssl is not installed");
    }
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

#[test]
fn the_python_script_agrees_about_good_and_bad_goldens() {
    let folder = tempfile::tempdir().unwrap();
    let key = [9; 40];
    let path = golden_in(folder.path(), &key);
    let verify = |key: &[u8]| {
        let mut command = Command::new("python3");
        command
            .arg(script())
            .arg(&path)
            .env("AOS_GOLDEN_KEY", format!("hex:{}", hex::encode(key)));
        run(&mut command)
    };
    let Some(output) = verify(&key) else {
        return skip("python3 is not installed");
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(printed.contains("r1.steps.jsonl: ok, 3 events"), "{printed}");

    let (golden, signature) = (fs::read(&path).unwrap(), fs::read(signature_path(&path)).unwrap());
    let refuses = |what: &str| {
        let output = verify(&key).unwrap();
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
    assert_eq!(verify(&[8; 40]).unwrap().status.code(), Some(1), "another key");
    assert_eq!(verify(&key).unwrap().status.code(), Some(0));
}

#[test]
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
