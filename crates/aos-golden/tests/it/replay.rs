//! A recording answers for the outside world, and judges a replay.

use aos_golden::{DifferenceKind, KeyRing, Recording, load_golden};
use aos_spec::{
    Effect, ErrorCode, RunStatus, StepIndex,
    port::{RecordedEnding, ReplaySource, StepRecord},
};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Run, folder_with, step_id};

/// Records, signs and loads; the golden stays there as long as the folder.
fn recording_of(run: &Run) -> (Recording, TempDir) {
    let (folder, path) = folder_with(run);
    let golden = load_golden(&path, &KeyRing::development()).unwrap();
    (Recording::new(&golden).unwrap(), folder)
}

#[test]
fn a_recording_answers_with_the_recorded_steps_and_the_end() {
    let run = Run::with_everything("r1");
    let (mut recording, _folder) = recording_of(&run);
    assert_eq!(recording.recorded(StepIndex(0), &step_id("s1")), Ok(None));
    for step in &run.steps {
        let served = recording.recorded(step.index, &step.result.step_id);
        assert_eq!(served.unwrap().as_ref(), Some(step));
    }
    assert_eq!(recording.recorded(StepIndex(2), &step_id("s2")), Ok(None));
    assert_eq!(
        *recording.ending(),
        RecordedEnding::new(RunStatus::Failed, run.error.clone())
    );
    assert_eq!(recording.seed(), run.start.header.seed);
    assert_eq!(*recording.inputs(), run.start.header.inputs);
    assert_eq!(recording.plan().unwrap().hash(), run.start.header.spec_hash);
}

#[test]
fn only_pure_steps_that_ended_by_themselves_are_performed_again() {
    let run = Run::new("r1", [json!(1)]);
    let check = |effect: Effect, error_code: Option<ErrorCode>, expect: bool| {
        let mut record: StepRecord = run.steps[0].clone();
        record.effect = effect;
        record.result.error_code = error_code;
        assert_eq!(record.is_repeatable(), expect, "{effect} {error_code:?}");
    };
    check(Effect::Pure, None, true);
    check(Effect::Pure, Some(ErrorCode::TransformError), true);
    check(Effect::Pure, Some(ErrorCode::Timeout), false);
    check(Effect::Pure, Some(ErrorCode::Cancelled), false);
    for effect in [Effect::Read, Effect::Idempotent, Effect::Once] {
        check(effect, None, false);
    }
}

#[test]
fn a_replay_by_another_version_that_does_the_same_does_not_diverge() {
    let run = Run::with_everything("r1");
    let mut replay = run.clone();
    replay.start.replay = true;
    replay.start.header.engine_version = "9.9.9".into();
    replay.start.header.policy_hash = None;
    replay.start.header.skill_versions.clear();
    let (recording, _folder) = recording_of(&run);
    assert_eq!(recording.divergences(&replay.golden()).unwrap(), []);
}

#[test]
fn a_divergence_names_the_step_the_place_and_both_values() {
    let run = Run::new("r1", [json!({ "items": [{ "price": 10 }] }), json!(2)]);
    let (recording, _folder) = recording_of(&run);
    let mut replay = run.clone();
    replay.steps[0].result.output = json!({ "items": [{ "price": 11 }] });
    replay.status = RunStatus::Cancelled;
    let differences = recording.divergences(&replay.golden()).unwrap();
    let shown: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown[0],
        "step `s0`, `/1/output/items/0/price`: another value, expected 10, found 11"
    );
    assert_eq!(differences[2].kind, DifferenceKind::StatusChanged);
    assert_eq!(
        shown[2],
        "`/3/status`: another status, expected \"completed\", found \"cancelled\""
    );
    assert_eq!(
        differences.len(),
        3,
        "the checkpoint hash is the third: {shown:?}"
    );
}

#[test]
fn a_replay_that_ends_early_diverges() {
    let run = Run::new("r1", [json!(1), json!(2)]);
    let (recording, _folder) = recording_of(&run);
    let mut replay = run.clone();
    replay.steps.pop();
    let differences = recording.divergences(&replay.golden()).unwrap();
    assert_eq!(differences[0].kind, DifferenceKind::Missing);
    assert_eq!(
        (differences[0].pointer.as_str(), differences[0].step_id.clone()),
        ("/2", Some(step_id("s1")))
    );
}
