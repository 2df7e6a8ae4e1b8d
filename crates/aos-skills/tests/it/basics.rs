//! `noop`, `echo`, `fail`, `assert`, `wait`, and the registry.

use std::time::Duration;

use aos_skills::{Assert, BuiltinOptions, Echo, Fail, Noop, Wait, builtin};
use aos_spec::{Effect, ErrorCode, failure::ErrorClass, port::Skill};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{check_failure, context, invoke};

#[test]
fn noop_takes_anything_and_returns_null() {
    assert_eq!(
        invoke(&Noop::new(), json!({ "after": [1, 2] })).unwrap(),
        Value::Null
    );
}

#[test]
fn echo_returns_its_inputs() {
    let inputs = json!({ "a": [1, 18446744073709551615_u64, -0.5, null], "b": { "ü": "\u{0}" } });
    assert_eq!(invoke(&Echo::new(), inputs.clone()).unwrap(), inputs);
}

#[test]
fn fail_fails_with_the_given_code() {
    check_failure(
        &Fail::new(),
        json!({ "message": "no" }),
        ErrorCode::StepFailed,
        "no",
    );
    check_failure(
        &Fail::new(),
        json!({ "message": "late", "code": "TIMEOUT" }),
        ErrorCode::Timeout,
        "late",
    );
    check_failure(
        &Fail::new(),
        json!({ "message": "x", "code": "NO_SUCH_CODE" }),
        ErrorCode::InvalidInput,
        "the input `code` is not usable: `NO_SUCH_CODE` is not an error code",
    );
}

#[test]
fn assert_passes_on_true_alone() {
    let data = json!({ "n": 3 });
    let check = |expression: &str, code, message: &str| {
        let inputs = json!({ "expression": expression, "data": data, "message": "n is too small" });
        check_failure(&Assert::new(), inputs, code, message);
    };
    let inputs = json!({ "expression": "data.n == 3", "data": data });
    assert_eq!(invoke(&Assert::new(), inputs).unwrap(), json!(true));
    check("data.n > 3", ErrorCode::StepFailed, "n is too small");
    check("data.n", ErrorCode::TransformError, "must be true or false");
    check("data.m", ErrorCode::TransformError, "no field `m`");
    let inputs = json!({ "expression": "data.n > 3", "data": data });
    check_failure(
        &Assert::new(),
        inputs,
        ErrorCode::StepFailed,
        "`data.n > 3` is false",
    );
}

#[tokio::test(start_paused = true)]
async fn wait_waits_exactly_as_long_as_asked() {
    for (seconds, expect) in [(json!(0), 0), (json!(0.25), 250), (json!(86_400), 86_400_000)] {
        let start = Instant::now();
        let output = Wait::new()
            .invoke(&context(json!({ "seconds": seconds })))
            .await
            .unwrap();
        assert_eq!(output.value, Value::Null);
        // The timer of the runtime has a granularity of a millisecond.
        let waited = start.elapsed().as_millis();
        assert!((expect..=expect + 1).contains(&waited), "{seconds}: {waited}");
    }
}

#[tokio::test(start_paused = true)]
async fn wait_ends_when_it_is_cancelled() {
    let context = context(json!({ "seconds": 3600 }));
    let cancellation = context.cancellation.clone();
    let start = Instant::now();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        cancellation.cancel();
    });
    let failure = Wait::new().invoke(&context).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::Cancelled);
    assert!(start.elapsed() < Duration::from_secs(6));
}

#[test]
fn wait_refuses_what_is_no_span() {
    for seconds in [json!(-1), json!(86_400.001), json!(1e300)] {
        check_failure(
            &Wait::new(),
            json!({ "seconds": seconds }),
            ErrorCode::InvalidInput,
            "between 0 and 86400",
        );
    }
}

#[test]
fn registry_holds_file_skills_only_with_a_file_root() {
    let ids = |options: &BuiltinOptions| -> Vec<String> {
        builtin(options)
            .unwrap()
            .manifests()
            .map(|manifest| manifest.id.to_string())
            .collect()
    };
    let without = [
        "assert",
        "echo",
        "fail",
        "json_transform",
        "noop",
        "text_parse",
        "wait",
    ];
    assert_eq!(ids(&BuiltinOptions::new()), without);
    let folder = tempfile::tempdir().unwrap();
    let with = ids(&BuiltinOptions::new().with_file_root(folder.path()));
    assert!(
        with.len() == without.len() + 3 && with.contains(&"file_write".to_owned()),
        "{with:?}"
    );
}

#[test]
fn file_root_that_is_no_folder_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, code: ErrorCode| {
        let path = folder.path().join(name);
        let error = builtin(&BuiltinOptions::new().with_file_root(&path)).unwrap_err();
        assert_eq!((error.code(), error.class()), (code, ErrorClass::Permanent));
        assert!(
            error
                .to_string()
                .starts_with(&format!("open the file root `{}`: ", path.display())),
            "{error}"
        );
    };
    std::fs::write(folder.path().join("file"), "").unwrap();
    check("missing", ErrorCode::DataNotFound);
    check("file", ErrorCode::IoError);
}

#[test]
fn effects_are_declared_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let skills = builtin(&BuiltinOptions::new().with_file_root(folder.path())).unwrap();
    for manifest in skills.manifests() {
        let (effect, needs_key) = match manifest.id.as_str() {
            "file_read" | "wait" => (Effect::Read, false),
            "file_write" => (Effect::Idempotent, true),
            "file_append" => (Effect::Once, false),
            _ => (Effect::Pure, false),
        };
        assert_eq!(
            (manifest.effect, manifest.needs_idempotency_key),
            (effect, needs_key),
            "{}",
            manifest.id
        );
        assert!(
            manifest.version == "1" && manifest.description.ends_with('.'),
            "{}",
            manifest.id
        );
    }
}
