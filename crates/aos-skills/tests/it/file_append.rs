//! `file_append`.

use std::fs;

use aos_skills::{FileAppend, FileRoot};
use aos_spec::ErrorCode;
use serde_json::json;

use crate::support::{check_failure, invoke};

#[test]
fn every_call_adds_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let skill = FileAppend::new(FileRoot::open(folder.path()).unwrap());
    for line in ["paid 12", "paid 12", ""] {
        let output = invoke(&skill, json!({ "path": "audit/log.txt", "line": line })).unwrap();
        assert_eq!(
            output,
            json!({ "path": "audit/log.txt", "bytes": line.len() + 1 })
        );
    }
    assert_eq!(
        fs::read_to_string(folder.path().join("audit/log.txt")).unwrap(),
        "paid 12\npaid 12\n\n"
    );
}

#[test]
fn what_is_not_one_line_or_leads_out_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let skill = FileAppend::new(FileRoot::open(folder.path()).unwrap());
    for line in ["a\nb", "a\r"] {
        let inputs = json!({ "path": "log.txt", "line": line });
        check_failure(&skill, inputs, ErrorCode::InvalidInput, "line break");
    }
    let inputs = json!({ "path": "../log.txt", "line": "a" });
    check_failure(&skill, inputs, ErrorCode::PermissionDenied, "");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
