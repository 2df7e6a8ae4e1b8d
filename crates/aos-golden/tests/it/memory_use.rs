//! A golden much larger than memory should be: looked at, and never held.

#![cfg(target_os = "linux")]

use std::{fs, process::Command};

use aos_golden::{CompareOptions, KeyRing, compare_golden, load_golden, sign_golden, verify_golden};
use serde_json::json;

use crate::support::Run;

const VARIABLE: &str = "AOS_GOLDEN_TEST_FOLDER";

/// Runs in a process of its own, because the peak of memory is that of all tests together.
#[test]
fn a_golden_of_100_megabytes_is_verified_and_compared_in_a_few() {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return look_at(folder.as_ref());
    }
    let folder = tempfile::tempdir().unwrap();
    let small = Run::new("r1", (0..100).map(|_| json!({ "text": "small" }))).golden();
    let large = String::from_utf8(small.to_bytes().unwrap())
        .unwrap()
        .replace("small", &"large".repeat(210_000));
    let path = folder.path().join("r1.steps.jsonl");
    fs::write(&path, large).unwrap();
    sign_golden(&path, &KeyRing::development()).unwrap();
    let name = format!(
        "{}::a_golden_of_100_megabytes_is_verified_and_compared_in_a_few",
        module_path!()
    );
    let name = name.split_once("::").unwrap().1;
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(VARIABLE, folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{complained}"
    );
}

fn look_at(folder: &std::path::Path) {
    let ring = KeyRing::development();
    let path = folder.join("r1.steps.jsonl");
    assert!(fs::metadata(&path).unwrap().len() > 100 << 20);
    verify_golden(&path, &ring).unwrap();
    let golden = load_golden(&path, &ring).unwrap();
    assert_eq!(
        compare_golden(&golden, &golden, &CompareOptions::default()).unwrap(),
        []
    );
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 40 << 10, "{peak} kB");
}
