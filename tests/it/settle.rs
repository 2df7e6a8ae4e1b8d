//! Effects whose end a crash left unknown, and what a person says of them.

use aos_engine::{EngineError, Settlement};
use aos_spec::{ErrorCode, RunStatus, StepFailure};
use aos_testkit::{
    fixture,
    workflows::{step, workflow},
};
use serde_json::json;

use crate::setup::{MINUTE, Setup, slow};

/// Crashes in the effect of step `a`, which must not be repeated.
async fn suspended() -> Setup {
    let case = workflow(vec![step("a", "once", &[]), step("b", "pure", &["a"])]);
    let setup = Setup::new(slow(case, "a", MINUTE));
    setup.crash_in("a").await;
    let result = setup
        .engine()
        .resume(&fixture::run_id())
        .await
        .expect("the store works");
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Suspended, Some(ErrorCode::OutcomeUnknown))
    );
    assert_eq!(setup.n_calls(), 1, "it was not repeated");
    setup
}

#[tokio::test(start_paused = true)]
async fn an_unknown_effect_waits_for_a_person_who_says_that_it_happened() {
    let setup = suspended().await;
    let (engine, a) = (setup.engine(), "a".parse().expect("valid"));
    let settled = engine
        .settle(
            &fixture::run_id(),
            &a,
            Settlement::Completed(json!({ "paid": 1.0 })),
        )
        .await;
    assert_eq!(settled.expect("a decision is due").status, RunStatus::Paused);
    let result = engine.resume(&fixture::run_id()).await.expect("the store works");
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(result.step_results[1].output["inputs"]["a"], json!({ "paid": 1 }));
    let again = engine.settle(&fixture::run_id(), &a, Settlement::Abort).await;
    assert!(matches!(again, Err(EngineError::NotDue { .. })), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_effect_waits_for_a_person_who_says_that_it_failed() {
    let setup = suspended().await;
    let (engine, a) = (setup.engine(), "a".parse().expect("valid"));
    let failure = StepFailure::new(ErrorCode::StepFailed, "the bank has no such payment");
    engine
        .settle(&fixture::run_id(), &a, Settlement::Failed(failure))
        .await
        .expect("a decision is due");
    let result = engine.resume(&fixture::run_id()).await.expect("the store works");
    assert_eq!((result.status, result.failed_step), (RunStatus::Failed, Some(a)));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_effect_waits_for_a_person_who_says_that_it_did_not_happen() {
    let setup = suspended().await;
    let (engine, a) = (setup.engine(), "a".parse().expect("valid"));
    engine
        .settle(&fixture::run_id(), &a, Settlement::Repeat)
        .await
        .expect("a decision is due");
    let result = engine.resume(&fixture::run_id()).await.expect("the store works");
    assert_eq!((result.status, setup.n_calls()), (RunStatus::Completed, 3));
    assert_eq!(result.step_results[0].output["attempt"], 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_effect_waits_for_a_person_who_gives_the_run_up() {
    let setup = suspended().await;
    let (engine, b) = (setup.engine(), "b".parse().expect("valid"));
    let other = engine.settle(&fixture::run_id(), &b, Settlement::Abort).await;
    assert!(matches!(other, Err(EngineError::NotDue { .. })), "{other:?}");
    let a = "a".parse().expect("valid");
    let result = engine
        .settle(&fixture::run_id(), &a, Settlement::Abort)
        .await
        .expect("a decision is due");
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Aborted, Some(ErrorCode::WorkflowAborted))
    );
}

#[tokio::test(start_paused = true)]
async fn a_suspended_run_that_somebody_paused_can_still_be_settled() {
    let setup = suspended().await;
    let engine = setup.engine();
    engine.pause(&fixture::run_id()).await.expect("nobody owns it");
    let a = "a".parse().expect("valid");
    let settled = engine.settle(&fixture::run_id(), &a, Settlement::Repeat).await;
    assert_eq!(settled.expect("a decision is due").status, RunStatus::Paused);
    let again = engine
        .settle(&fixture::run_id(), &a, Settlement::Completed(json!(1)))
        .await;
    assert!(matches!(again, Err(EngineError::NotDue { .. })), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn an_output_that_cannot_be_kept_settles_nothing() {
    let setup = suspended().await;
    let (engine, a) = (setup.engine(), "a".parse().expect("valid"));
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let refused = engine
        .settle(&fixture::run_id(), &a, Settlement::Completed(deep))
        .await;
    assert!(matches!(refused, Err(EngineError::NotDue { .. })), "{refused:?}");
    let left = engine.result(&fixture::run_id()).await.expect("the store works");
    assert_eq!(left.status, RunStatus::Suspended);
}
