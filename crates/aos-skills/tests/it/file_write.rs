//! `file_write`.

use std::{fs, path::Path, thread};

use aos_skills::{FileRead, FileRoot, FileWrite};
use aos_spec::ErrorCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{check_failure, invoke};

fn root() -> (FileWrite, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (FileWrite::new(FileRoot::open(folder.path()).unwrap()), folder)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_written_is_read_back() {
    let (skill, folder) = root();
    let written = invoke(
        &skill,
        json!({ "path": "out/2026/report.md", "content": "# Süß\n" }),
    )
    .unwrap();
    assert_eq!(written["bytes"], 8);
    let read = FileRead::new(FileRoot::open(folder.path()).unwrap());
    let read = invoke(&read, json!({ "path": "out/2026/report.md" })).unwrap();
    assert_eq!(read["content"], "# Süß\n");
    assert_eq!(
        (&read["path"], &read["sha256"]),
        (&written["path"], &written["sha256"])
    );
    assert_eq!(names(&folder.path().join("out/2026")), ["report.md"]);
}

#[test]
fn hash_is_that_of_the_bytes() {
    let (skill, _folder) = root();
    let written = invoke(
        &skill,
        json!({ "path": "abc", "content": "YWJj", "encoding": "base64" }),
    )
    .unwrap();
    // FIPS 180-2, appendix B.1.
    assert_eq!(
        written["sha256"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(written["bytes"], 3);
}

#[test]
fn a_repeated_write_returns_the_same_and_leaves_the_file_alone() {
    let (skill, folder) = root();
    let inputs = json!({ "path": "a", "content": "x" });
    let first = invoke(&skill, inputs.clone()).unwrap();
    let modified = || fs::metadata(folder.path().join("a")).unwrap().modified().unwrap();
    let before = modified();
    assert_eq!(invoke(&skill, inputs).unwrap(), first);
    assert_eq!(modified(), before);
}

#[test]
fn old_content_is_replaced_as_a_whole() {
    let (skill, folder) = root();
    for content in ["long content", "", "short", "shirt"] {
        invoke(&skill, json!({ "path": "a", "content": content })).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), content);
    }
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn a_reader_sees_the_old_or_the_new_and_never_a_part() {
    let (skill, folder) = root();
    let content = |round: usize| ["a", "b"][round % 2].repeat(300_000);
    let write = |round| invoke(&skill, json!({ "path": "shared", "content": content(round) })).unwrap();
    write(0);
    thread::scope(|scope| {
        let writer = scope.spawn(|| (1..20).for_each(|round| drop(write(round))));
        while !writer.is_finished() {
            let seen = fs::read(folder.path().join("shared")).unwrap();
            assert!(seen.len() == 300_000 && seen.iter().all(|byte| *byte == seen[0]));
        }
    });
    assert_eq!(names(folder.path()), ["shared"]);
}

#[test]
fn a_write_that_cannot_be_finished_leaves_nothing_behind() {
    let (skill, folder) = root();
    fs::create_dir_all(folder.path().join("taken")).unwrap();
    fs::write(folder.path().join("file"), "old").unwrap();
    let check = |path: &str, code, message: &str| {
        check_failure(&skill, json!({ "path": path, "content": "new" }), code, message);
    };
    check("taken", ErrorCode::InvalidInput, "`taken` is a folder");
    check(
        "file/below",
        ErrorCode::InvalidInput,
        "`file/below` leads through a file",
    );
    assert_eq!(names(folder.path()), ["file", "taken"]);
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "old");
    check_failure(
        &skill,
        json!({ "path": "file", "content": "%%%", "encoding": "base64" }),
        ErrorCode::InvalidInput,
        "the input `content` is not base64",
    );
}

#[test]
fn many_writers_make_the_same_folders() {
    let (skill, folder) = root();
    thread::scope(|scope| {
        for n in 0..8 {
            let skill = &skill;
            scope.spawn(move || {
                let inputs: Value = json!({ "path": format!("a/b/c/{n}"), "content": "x" });
                invoke(skill, inputs).unwrap();
            });
        }
    });
    assert_eq!(names(&folder.path().join("a/b/c")).len(), 8);
}
