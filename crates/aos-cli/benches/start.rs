//! How long `aos run` of a two-step workflow takes, from the start of the process to its exit: on a store that is there,
//! and on one that has to be made. `cargo xtask bench` runs this and takes medians.

#![allow(clippy::expect_used, reason = "a measurement fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::json;

/// The figure of one round is the median of so many starts.
const STARTS: usize = 21;

const WORKFLOW: &str = "\
id: hello
steps:
  - { id: greet, skill_id: echo, inputs: { text: hello } }
  - { id: shout, skill_id: json_transform, inputs: { data: \"${greet.text}\", expression: data.upperAscii() } }
";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("hello.yaml"), WORKFLOW).expect("the folder is writable");
    let run = ["run", "hello.yaml"];
    let floor = median(|| start(folder.path(), &["--version"]));
    start(folder.path(), &run);
    let value = median(|| start(folder.path(), &run));
    report("`aos run` of two steps, whole process", value, floor);
    let value = median(|| {
        fs::remove_dir_all(folder.path().join(".aos")).expect("the run before has made it");
        start(folder.path(), &run)
    });
    report("the same in a new folder, making the store", value, floor);
}

/// Returns the milliseconds that the program takes with these arguments.
fn start(folder: &Path, args: &[&str]) -> f64 {
    let began = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_aos"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("it starts");
    let millis = began.elapsed().as_secs_f64() * 1e3;
    assert!(status.success(), "{args:?}: {status}");
    millis
}

fn median(mut measure: impl FnMut() -> f64) -> f64 {
    let mut values: Vec<f64> = (0..STARTS).map(|_| measure()).collect();
    values.sort_by(f64::total_cmp);
    values[STARTS / 2]
}

#[expect(clippy::print_stdout, reason = "this is how a benchmark program reports")]
fn report(name: &str, value: f64, floor: f64) {
    let line = json!({
        "name": name, "unit": "ms", "value": value, "floor_name": "`aos --version`", "floor": floor,
        "bound": 25.0, "bound_kind": "max",
    });
    println!("AOS-BENCH {line}");
}
