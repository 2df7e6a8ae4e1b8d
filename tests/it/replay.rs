//! Replay: pure skills again, everything else from the recording, and nothing outside.

use std::sync::Arc;

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{EngineOptions, NewRun, Replayed, WorkflowEngine, replay};
use aos_golden::{Difference, Golden, InMemoryGoldenRecorder, Recording};
use aos_spec::{Effect, ErrorCode, RunStatus, SkillRegistry};
use aos_testkit::{
    case::{Case, Scripted},
    fixture, generate,
    scripted::Ledger,
    workflows::{self, step, workflow},
};
use proptest::prelude::*;

fn new_run(case: &Case) -> NewRun {
    NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed)
}

async fn record(case: &Case) -> Golden {
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    let recorder = Arc::new(InMemoryGoldenRecorder::new());
    let skills = fixture::skills(case, &Arc::default());
    let engine = WorkflowEngine::builder(store, skills, fixture::worker_id())
        .recorder(Arc::clone(&recorder) as _)
        .build();
    engine.run(new_run(case)).await.expect("nothing fails but steps");
    recorder.golden(&fixture::run_id()).expect("the run has ended")
}

async fn replay_with(golden: &Golden, case: &Case, skills: &SkillRegistry) -> (Replayed, Vec<Difference>) {
    let mut recording = Recording::from_unverified(golden).expect("it is in memory");
    let recorder = InMemoryGoldenRecorder::new();
    let options = EngineOptions::default();
    let replayed = replay(new_run(case), skills, &options, &mut recording, &recorder).await;
    let replayed = replayed.expect("a recording in memory can be read");
    let again = recorder.golden(&fixture::run_id()).expect("a replay ends");
    assert!(again.start().replay);
    (
        replayed,
        recording.divergences(&again).expect("both are in memory"),
    )
}

/// Replays `golden` and checks that only pure skills were called, and that it does the same.
async fn check(golden: &Golden, case: &Case) {
    let ledger = Arc::new(Ledger::default());
    let (replayed, divergences) = replay_with(golden, case, &fixture::skills(case, &ledger)).await;
    assert_eq!(divergences, []);
    assert_eq!(replayed.status, golden.end().status);
    for ((step, _), calls) in ledger.calls() {
        let index = case.plan.index_of(step.as_str()).expect("known");
        assert_eq!((case.effect(index), calls), (Effect::Pure, 1), "{step}");
    }
    // Nothing needs to be there to be served.
    let (replayed, divergences) = replay_with(golden, case, &SkillRegistry::new()).await;
    assert_eq!((divergences, replayed.n_performed), (vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_replay_of_every_shape_of_run_does_the_same_and_calls_pure_skills_alone() {
    for (_, case) in workflows::all() {
        check(&record(&case).await, &case).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_of_any_run_does_the_same_and_calls_pure_skills_alone(
        case in generate::case(10, &["pure", "read", "idempotent", "once"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            check(&record(&case).await, &case).await;
        });
    }
}

fn three() -> Case {
    workflow(vec![
        step("a", "read", &[]),
        step("b", "pure", &["a"]),
        step("c", "once", &["b"]),
        step("d", "pure", &["c"]),
    ])
}

#[tokio::test(start_paused = true)]
async fn a_pure_skill_that_answers_otherwise_diverges_at_its_step_and_what_follows_is_served() {
    let case = three();
    let golden = record(&case).await;
    let changed = case
        .clone()
        .with("b", [Scripted::Failure(ErrorCode::StepFailed, 0)]);
    let ledger = Arc::new(Ledger::default());
    let (replayed, divergences) = replay_with(&golden, &case, &fixture::skills(&changed, &ledger)).await;
    assert_eq!(replayed.status, RunStatus::Failed);
    let shown: Vec<_> = divergences.iter().map(ToString::to_string).collect();
    assert!(
        shown.contains(
            &"step `b`, `/2/status`: another status, expected \"completed\", found \"failed\"".into()
        ),
        "{shown:?}"
    );
    assert!(
        shown
            .iter()
            .any(|line| line.starts_with("step `c`, `/3`: missing")),
        "{shown:?}"
    );
    let called: Vec<_> = ledger
        .calls()
        .into_keys()
        .map(|(step, _)| step.to_string())
        .collect();
    assert_eq!(called, ["b"]);
}

#[tokio::test(start_paused = true)]
async fn a_skill_that_was_pure_and_is_not_any_more_is_not_called() {
    let mut case = three();
    let golden = record(&case).await;
    let ledger = Arc::new(Ledger::default());
    let mut spec = case.plan.spec().clone();
    spec.steps[1].skill_id = "read".parse().unwrap();
    case.plan = Arc::new(aos_spec::WorkflowPlan::new(spec).unwrap());
    let (_, divergences) = replay_with(&golden, &case, &fixture::skills(&case, &ledger)).await;
    let shown: Vec<_> = divergences.iter().map(ToString::to_string).collect();
    assert!(
        shown
            .iter()
            .any(|line| line.contains("`/2/effect`: another value")),
        "{shown:?}"
    );
    let called: Vec<_> = ledger
        .calls()
        .into_keys()
        .map(|(step, _)| step.to_string())
        .collect();
    assert_eq!(called, ["d"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_stopped_from_outside_ends_as_recorded() {
    let mut spec = three().plan.spec().clone();
    spec.timeout_seconds = crate::setup::seconds(5);
    let case = crate::setup::slow(Case::new(spec), "c", crate::setup::MINUTE);
    let golden = record(&case).await;
    assert_eq!(golden.end().status, RunStatus::Timeout);
    let ledger = Arc::new(Ledger::default());
    let (replayed, divergences) = replay_with(&golden, &case, &fixture::skills(&case, &ledger)).await;
    assert_eq!((replayed.status, divergences), (RunStatus::Timeout, vec![]));
    assert_eq!((replayed.n_performed, replayed.n_served), (1, 1));
}
