//! What is declared as hidden is in no golden, and a replay of what is left still agrees.

use aos_golden::{GoldenEvent, RecorderOptions, Recording, Redaction};
use aos_spec::{ErrorCode, RunStatus, StepFailure, StepResult, StepStatus, WorkflowPlan, journal::RunError};
use serde_json::{Value, json};

use crate::support::{Run, step_id};

fn hiding(pointers: &[&str]) -> RecorderOptions {
    RecorderOptions::new().redacting(pointers.iter().map(|pointer| pointer.parse().unwrap()))
}

/// Records steps with these outputs, hiding `pointers`, and returns what the golden has instead.
#[track_caller]
fn check(output: Value, pointers: &[&str], expect: &Value) {
    let golden = Run::new("r1", [output]).golden_with(hiding(pointers)).unwrap();
    let events: Vec<_> = golden.events().unwrap().map(Result::unwrap).collect();
    let GoldenEvent::Step(step) = &events[1] else {
        panic!("{events:?}")
    };
    assert_eq!(step.output, *expect);
    let mut sorted: Vec<_> = pointers.iter().map(ToString::to_string).collect();
    sorted.sort();
    sorted.dedup();
    assert_eq!(golden.start().redactions, sorted);
}

#[test]
fn placeholders_tell_the_type_and_nothing_else() {
    let output =
        json!({ "a": "text", "b": 1, "c": 1.5, "d": true, "e": null, "f": [1], "g": { "x": 1 }, "h": 7 });
    let pointers = ["a", "b", "c", "d", "e", "f", "g"].map(|name| format!("/steps/s0/output/{name}"));
    let pointers: Vec<_> = pointers.iter().map(String::as_str).collect();
    let expect = json!({
        "a": "[redacted:string]", "b": "[redacted:number]", "c": "[redacted:number]", "d": "[redacted:boolean]",
        "e": "[redacted:null]", "f": "[redacted:array]", "g": "[redacted:object]", "h": 7,
    });
    check(output, &pointers, &expect);
}

#[test]
fn pointers_lead_through_members_items_and_wildcards() {
    let output =
        json!({ "users": [{ "name": "a", "pin": 1 }, { "name": "b", "pin": 2 }], "a/b~c": { "*": 3 } });
    let hidden = "[redacted:number]";
    let check = |pointers: &[&str], expect: Value| check(output.clone(), pointers, &expect);
    let both = json!([{ "name": "a", "pin": hidden }, { "name": "b", "pin": hidden }]);
    check(
        &["/steps/*/output/users/*/pin"],
        json!({ "users": both, "a/b~c": { "*": 3 } }),
    );
    let second = json!([{ "name": "a", "pin": 1 }, { "name": "b", "pin": hidden }]);
    check(
        &["/steps/s0/output/users/1/pin", "/steps/s0/output/a~1b~0c/*"],
        json!({ "users": second, "a/b~c": { "*": hidden } }),
    );
    check(&["/steps/s0/output"], json!("[redacted:object]"));
    for elsewhere in [
        "/steps/s1/output",
        "/steps/s0/output/users/2/pin",
        "/steps/s0/output/users/x",
        "/steps/s0/output/n/m",
    ] {
        check(&[elsewhere, elsewhere], output.clone());
    }
}

#[test]
fn only_what_a_run_ends_or_begins_with_can_be_hidden() {
    for pointer in [
        "/inputs/key",
        "/inputs/*/key",
        "/spec/steps/0/inputs/key",
        "/steps/a/output",
        "/steps/*/error",
        "/error",
        "/steps/a/error_details/x",
        "/error_details",
    ] {
        let redaction: Redaction = pointer.parse().unwrap();
        assert_eq!(redaction.to_string(), pointer);
    }
    for pointer in [
        "",
        "/",
        "inputs/key",
        "/inputs",
        "/spec",
        "/steps/a",
        "/steps/a/status",
        "/steps/a/error/x",
        "/seed",
        "/error/x",
    ] {
        assert!(pointer.parse::<Redaction>().is_err(), "{pointer}");
    }
}

#[test]
fn the_hash_of_a_run_does_not_depend_on_what_is_hidden() {
    let hash = |secret: &str, options: &RecorderOptions| {
        let golden = Run::new("r1", [json!({ "pin": secret }), json!(2)]).golden_with(options.clone());
        golden.unwrap().end().checkpoint_hash
    };
    let hidden = hiding(&["/steps/*/output/pin"]);
    assert_eq!(hash("1234", &hidden), hash("5678", &hidden));
    let open = RecorderOptions::new();
    assert_ne!(hash("1234", &open), hash("5678", &open));
    // What is recorded is what is hashed, so a replay, which sees placeholders, comes to the same hash.
    assert_eq!(hash("1234", &hidden), hash("[redacted:string]", &open));
}

#[test]
fn what_is_hidden_of_the_failed_step_is_hidden_at_the_end_too() {
    let mut run = Run::new("r1", [json!(1)]);
    let failure =
        StepFailure::new(ErrorCode::Unauthorized, "no entry for ann").with_details(json!({ "user": "ann" }));
    run.steps[0].result = StepResult::ended_by(step_id("s0"), StepStatus::Failed, failure);
    run.status = RunStatus::Failed;
    let error = RunError::new(ErrorCode::Unauthorized, "no entry for ann").at_step(step_id("s0"));
    run.error = Some(error.with_details(Some(json!({ "user": "ann" }))));
    let golden = run
        .golden_with(hiding(&["/steps/s0/error", "/steps/s0/error_details/user"]))
        .unwrap();
    assert_eq!(golden.end().error.as_deref(), Some("[redacted:string]"));
    assert_eq!(
        golden.end().error_details,
        Some(json!({ "user": "[redacted:string]" }))
    );
    assert!(
        !String::from_utf8(golden.to_bytes().unwrap())
            .unwrap()
            .contains("ann")
    );
}

#[test]
fn a_hidden_text_that_shows_up_elsewhere_makes_recording_fail() {
    let secret = "correct horse \"battery\" staple";
    let output = |echo: Value| [json!({ "password": secret }), echo];
    let record =
        |echo: Value| Run::new("r1", output(echo)).golden_with(hiding(&["/steps/s0/output/password"]));
    assert!(record(json!({ "ok": true })).is_ok());
    let error = record(json!({ "log": [format!("sent {secret}!")] })).unwrap_err();
    assert_eq!(error.code, ErrorCode::GoldenWriteFailed);
    assert!(
        error.message.contains("step `s1`") && error.message.contains("`/output/log/0`"),
        "{}",
        error.message
    );
    assert!(!error.message.contains("horse"), "{}", error.message);
    assert!(record(json!({ secret: 1 })).is_err());
    // Short texts turn up by chance.
    let run = Run::new("r1", [json!({ "pin": "1234" }), json!("in 1234 steps")]);
    assert!(run.golden_with(hiding(&["/steps/s0/output/pin"])).is_ok());
}

#[test]
fn hidden_parameters_and_specifications_keep_a_golden_readable() {
    let mut run = Run::new("r1", [json!(1)]);
    run.start
        .header
        .inputs
        .insert("key".into(), json!("a secret key"));
    let golden = run
        .golden_with(hiding(&["/inputs/key", "/spec/steps/0/skill_id"]))
        .unwrap();
    assert_eq!(
        Value::from(golden.start().inputs.clone()),
        json!({ "key": "[redacted:string]", "n": 3 })
    );
    assert_eq!(golden.start().spec["steps"][0]["skill_id"], "[redacted:string]");
    assert_eq!(golden.start().spec_hash, run.start.header.spec_hash);
    let recording = Recording::from_unverified(&golden).unwrap();
    let error = recording.plan().unwrap_err();
    assert_eq!(error.code(), ErrorCode::DataNotFound);
    let spec = serde_json::from_str(&run.start.header.spec).unwrap();
    assert_eq!(recording.check_plan(&WorkflowPlan::new(spec).unwrap()), Ok(()));
}

#[test]
fn the_recording_of_a_replay_of_a_golden_with_hidden_values_agrees() {
    let run = Run::new(
        "r1",
        [json!({ "pin": 1234, "all": { "a": "some secret" } }), json!(true)],
    );
    let options = hiding(&["/steps/*/output/pin", "/steps/*/output/all"]);
    let mut recording = Recording::from_unverified(&run.golden_with(options).unwrap()).unwrap();
    let mut replay = run.clone();
    replay.start.replay = true;
    for step in &mut replay.steps {
        let served = aos_spec::port::ReplaySource::recorded(&mut recording, step.index, &step.result.step_id);
        *step = served.unwrap().unwrap();
    }
    let served =
        |text: &str| aos_spec::port::ReplaySource::hides(&recording, json!({ "x": [text] }).as_object());
    assert!(served("pin=[redacted:number]"));
    assert!(!served("pin=1234"));
    let replayed = replay.golden_with(recording.recorder_options()).unwrap();
    assert_eq!(recording.divergences(&replayed).unwrap(), []);
}
