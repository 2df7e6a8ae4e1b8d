//! Goldens change only on purpose: recorded beside, then accepted with a reason.

use std::{fs, path::Path};

use aos_golden::{
    KeyRing,
    corpus::{Regenerated, Selection, Verdict},
    verify_golden,
};
use aos_spec::ErrorCode;
use serde_json::json;

use crate::{
    corpus::{Folder, contents},
    support::Run,
};

#[test]
fn regenerating_writes_beside_and_accepting_takes_over_with_a_reason() {
    let mut folder = Folder::accepted();
    let before = contents(folder.temporary.path());
    folder.outputs.insert("second".into(), json!("c"));
    let regenerated = folder.regenerate(Selection::All);
    assert!(matches!(regenerated[0].1, Regenerated::Unchanged));
    let Regenerated::Pending {
        path,
        differences: Some(differences),
    } = &regenerated[1].1
    else {
        panic!("{regenerated:?}")
    };
    assert_eq!(differences[0].pointer, "/1/output");
    assert_eq!(*path, folder.path("more/second.steps.jsonl.new"));
    let mut after = contents(folder.temporary.path());
    assert!(after.remove(Path::new("more/second.steps.jsonl.new")).is_some());
    assert_eq!(after, before, "the goldens themselves are unchanged");

    for no_reason in ["", "  ", "two\nlines"] {
        assert_eq!(
            folder.accept(no_reason).unwrap_err().code(),
            ErrorCode::InvalidInput
        );
    }
    assert_eq!(folder.accept("skills answer in lower case").unwrap(), ["second"]);
    folder.check_verdict(Verdict::Equal, 0);
    let changes = fs::read_to_string(folder.path("CHANGES.md")).unwrap();
    assert_eq!(
        changes,
        "# Changes of goldens\n\n## the first goldens\n\n- `first`\n- `second`\n\n## skills answer in lower case\n\n- `second`\n"
    );
    assert_eq!(
        folder.accept("again").unwrap_err().code(),
        ErrorCode::DataNotFound
    );
}

#[test]
fn what_does_not_differ_any_more_does_not_wait_any_more() {
    let mut folder = Folder::accepted();
    folder.outputs.insert("first".into(), json!(1));
    folder.regenerate(Selection::Matching("first"));
    assert!(folder.path("first.steps.jsonl.new").exists());
    folder.outputs.insert("first".into(), json!({ "a": 1 }));
    folder.regenerate(Selection::Matching("first"));
    assert!(!folder.path("first.steps.jsonl.new").exists());
}

#[test]
fn tampering_is_not_laundered() {
    let mut folder = Folder::accepted();
    folder.outputs.insert("first".into(), json!(1));
    folder.regenerate(Selection::All);
    let golden = folder.path("first.steps.jsonl");
    let changed = fs::read_to_string(&golden).unwrap().replace("\"a\":1", "\"a\":7");
    fs::write(&golden, &changed).unwrap();
    let before = contents(folder.temporary.path());
    let regenerated = folder.regenerate(Selection::Matching("first"));
    assert!(
        matches!(&regenerated[0].1, Regenerated::Refused(reason) if reason.contains("changed after signing"))
    );
    assert_eq!(
        folder.accept("sneak it in").unwrap_err().code(),
        ErrorCode::TamperDetected
    );
    assert_eq!(contents(folder.temporary.path()), before);
}

#[test]
fn only_whole_recordings_of_the_right_run_without_secrets_are_accepted() {
    let folder = Folder::accepted();
    let pending = folder.path("first.steps.jsonl.new");
    let check = |content: Vec<u8>, expect: &str| {
        fs::write(&pending, content).unwrap();
        let error = folder.accept("why not").unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
        verify_golden(&folder.path("first.steps.jsonl"), &KeyRing::development()).unwrap();
    };
    check(b"{}\n".to_vec(), "is not an event");
    check(
        Run::new("second", [json!(1)]).golden().to_bytes().unwrap(),
        "run `second`",
    );
    let key = format!("ghp_{}", "a1B2c3".repeat(6));
    let content = String::from_utf8(Run::new("first", [json!("XX")]).golden().to_bytes().unwrap()).unwrap();
    check(content.replace("XX", &key).into_bytes(), "secret");
}

#[test]
fn accepting_can_be_repeated_after_an_interruption() {
    let mut folder = Folder::accepted();
    folder.outputs.insert("first".into(), json!(1));
    folder.regenerate(Selection::All);
    // Interrupted after the old golden was removed.
    fs::remove_file(folder.path("first.steps.jsonl")).unwrap();
    assert_eq!(folder.accept("one more time").unwrap(), ["first"]);
    folder.check_verdict(Verdict::Equal, 0);
}
