//! `file_read`.

use std::fs;

use aos_skills::{FileRead, FileRoot};
use aos_spec::ErrorCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{check_failure, invoke};

fn root() -> (FileRead, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (FileRead::new(FileRoot::open(folder.path()).unwrap()), folder)
}

#[test]
fn text_comes_with_size_and_hash() {
    let (skill, folder) = root();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/c.txt"), "süß\n").unwrap();
    let output = invoke(&skill, json!({ "path": "./a//b/./c.txt" })).unwrap();
    let sha256 = "1696558d07dca9a692971fa94a498d96efed1db6b59fd4ea76696c1d54c3dd6b";
    assert_eq!(
        output,
        json!({ "path": "a/b/c.txt", "bytes": 6, "content": "süß\n", "sha256": sha256 })
    );
}

#[test]
fn any_bytes_are_read_as_base64() {
    let (skill, folder) = root();
    fs::write(folder.path().join("raw"), [0xff, 0x00, 0x61]).unwrap();
    assert_eq!(
        invoke(&skill, json!({ "path": "raw", "encoding": "base64" })).unwrap()["content"],
        "/wBh"
    );
    check_failure(
        &skill,
        json!({ "path": "raw" }),
        ErrorCode::DeserializationError,
        "not UTF-8 at byte 0; `encoding: base64` takes any bytes",
    );
}

#[test]
fn the_size_is_bounded() {
    let (skill, folder) = root();
    fs::write(folder.path().join("ten"), "0123456789").unwrap();
    let read = |max_bytes: Value| json!({ "path": "ten", "max_bytes": max_bytes });
    assert_eq!(invoke(&skill, read(json!(10))).unwrap()["bytes"], 10);
    check_failure(
        &skill,
        read(json!(9)),
        ErrorCode::OutputTooLarge,
        "`ten` has 10 bytes, and `max_bytes` is 9",
    );
    check_failure(
        &skill,
        read(json!(1 << 30)),
        ErrorCode::InvalidInput,
        "must be at most 16777216",
    );
    fs::write(folder.path().join("ten"), vec![b'a'; 1024 * 1024 + 1]).unwrap();
    check_failure(
        &skill,
        json!({ "path": "ten" }),
        ErrorCode::OutputTooLarge,
        "`max_bytes` is 1048576",
    );
}

#[test]
fn what_is_no_file_is_refused() {
    let (skill, folder) = root();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let check =
        |path: &str, code, message: &str| check_failure(&skill, json!({ "path": path }), code, message);
    check(
        "missing",
        ErrorCode::DataNotFound,
        "there is no `missing` in the file root",
    );
    check(
        "folder/missing",
        ErrorCode::DataNotFound,
        "there is no `folder/missing`",
    );
    check("folder", ErrorCode::InvalidInput, "`folder` is a folder");
    check(
        "file/below",
        ErrorCode::InvalidInput,
        "`file/below` leads through a file",
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_instead_of_waited_for() {
    let (skill, folder) = root();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    check_failure(
        &skill,
        json!({ "path": "pipe" }),
        ErrorCode::InvalidInput,
        "`pipe` is not a regular file",
    );
}
