//! Time limits, cancellation, pauses, ownership and identity, with the real driver.

use std::{sync::Arc, time::Duration};

use aos_engine::{EngineError, NewRun, Requested, WorkflowEngine};
use aos_spec::{ErrorCode, OnError, RunStatus, Seed, SkillRegistry, WorkflowPlan, port::StoreError};
use aos_testkit::{
    case::{Case, Scripted},
    fixture, model,
    workflows::{step, workflow},
};
use serde_json::json;

use crate::setup::{MINUTE, Setup, seconds, slow};

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_times_out_and_is_tried_again() {
    let mut limited = step("a", "read", &[]);
    limited.timeout_seconds = seconds(2);
    let setup = Setup::new(slow(workflow(vec![limited]), "a", MINUTE));
    let result = setup.run().await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Failed, Some(ErrorCode::Timeout))
    );
    assert_eq!((result.step_results[0].retries, setup.n_calls()), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_of_a_run_cancels_what_is_running_and_keeps_what_was_committed() {
    let case = slow(
        workflow(vec![step("a", "read", &[]), step("b", "read", &["a"])]),
        "b",
        MINUTE,
    );
    let mut spec = case.plan.spec().clone();
    spec.timeout_seconds = seconds(5);
    let case = Case {
        plan: Arc::new(WorkflowPlan::new(spec).expect("valid")),
        ..case
    };
    let result = Setup::new(case).run().await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Timeout, Some(ErrorCode::Timeout))
    );
    assert_eq!(result.step_results.len(), 1);
    assert!(
        (5_000..7_000).contains(&result.total_duration_ms),
        "{}",
        result.total_duration_ms
    );
}

#[tokio::test(start_paused = true)]
async fn another_engine_can_cancel_a_run_for_good() {
    let setup = Setup::new(slow(workflow(vec![step("a", "idempotent", &[])]), "a", MINUTE));
    let (first, second) = (setup.engine(), setup.engine());
    let run = tokio::spawn({
        let run = setup.new_run();
        async move { first.run(run).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        second.cancel(&fixture::run_id()).await.expect("the store works"),
        Requested::OfOwner
    );
    let result = run.await.expect("no panic").expect("the store works");
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Cancelled, Some(ErrorCode::Cancelled))
    );
    let again = second.cancel(&fixture::run_id()).await;
    assert!(
        matches!(again, Err(EngineError::Store(StoreError::Ended { .. }))),
        "{again:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_executes_is_cancelled_at_once() {
    let setup = Setup::new(slow(
        workflow(vec![step("a", "read", &[]), step("b", "read", &["a"])]),
        "b",
        MINUTE,
    ));
    setup.crash_in("b").await;
    let Requested::Done(result) = setup
        .engine()
        .cancel(&fixture::run_id())
        .await
        .expect("the store works")
    else {
        panic!("nobody owns the run");
    };
    assert_eq!(
        (result.status, result.step_results.len()),
        (RunStatus::Cancelled, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_paused_run_finishes_its_attempts_and_goes_on_when_it_is_resumed() {
    let case = workflow(vec![
        step("a", "idempotent", &[]),
        step("b", "idempotent", &["a"]),
    ]);
    let setup = Setup::new(slow(case, "a", MINUTE));
    let first = setup.engine();
    let run = tokio::spawn({
        let (engine, run) = (first.clone(), setup.new_run());
        async move { engine.run(run).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    setup
        .engine()
        .pause(&fixture::run_id())
        .await
        .expect("the store works");
    let paused = run.await.expect("no panic").expect("the store works");
    assert_eq!((paused.status, paused.step_results.len()), (RunStatus::Paused, 1));
    let result = setup
        .engine()
        .resume(&fixture::run_id())
        .await
        .expect("the store works");
    assert_eq!(
        fixture::canonical(&result),
        fixture::canonical(&model::expected(&setup.case))
    );
    assert_eq!(setup.n_calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_engine_leaves_a_run_that_can_be_resumed() {
    let setup = Setup::new(slow(
        workflow(vec![step("a", "read", &[]), step("b", "read", &["a"])]),
        "b",
        MINUTE,
    ));
    let engine = setup.engine();
    let run = engine.run(setup.new_run());
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        engine.interrupt();
    };
    let (result, ()) = tokio::join!(run, interrupt);
    let result = result.expect("the store works");
    assert_eq!((result.status, result.step_results.len()), (RunStatus::Paused, 1));
    let result = setup
        .engine()
        .resume(&fixture::run_id())
        .await
        .expect("the store works");
    assert_eq!(
        fixture::canonical(&result),
        fixture::canonical(&model::expected(&setup.case))
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_being_cancelled_does_not_become_a_paused_one() {
    let setup = Setup::new(slow(workflow(vec![step("a", "idempotent", &[])]), "a", MINUTE));
    let engine = setup.engine();
    let run = engine.run(setup.new_run());
    let requests = async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        let second = setup.engine();
        second.cancel(&fixture::run_id()).await.expect("the store works");
        // The run learns of it at one second, and gives the attempt half a second to end.
        tokio::time::sleep(Duration::from_millis(600)).await;
        engine.interrupt();
    };
    let (result, ()) = tokio::join!(run, requests);
    let result = result.expect("the store works");
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Cancelled, Some(ErrorCode::Cancelled))
    );
    assert!(result.total_duration_ms > 1_200, "the interrupt came in between");
}

#[tokio::test(start_paused = true)]
async fn a_finished_run_is_not_run_again() {
    let setup = Setup::new(workflow(vec![step("a", "idempotent", &[])]));
    let first = setup.run().await;
    assert_eq!(fixture::canonical(&setup.run().await), fixture::canonical(&first));
    assert_eq!(setup.n_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_id_stands_for_one_workflow_seed_and_set_of_inputs() {
    let setup = Setup::new(workflow(vec![step("a", "idempotent", &[])]));
    setup.run().await;
    let engine = setup.engine();
    let mut other = setup.new_run();
    other.seed = Seed(7);
    assert!(matches!(
        engine.run(other).await,
        Err(EngineError::SeedDrift { .. })
    ));
    let plan = Arc::clone(&workflow(vec![step("z", "pure", &[])]).plan);
    let error = engine
        .run(NewRun::new(plan, fixture::run_id(), setup.case.seed))
        .await
        .expect_err("another workflow");
    assert_eq!(error.code(), ErrorCode::CheckpointStale);
    let agent = setup.new_run().for_agent("somebody".parse().expect("valid"));
    assert_eq!(
        engine.run(agent).await.expect_err("another agent").code(),
        ErrorCode::CheckpointStale
    );
    assert_eq!(setup.n_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_engine_is_refused_while_the_first_lives() {
    let setup = Setup::new(slow(workflow(vec![step("a", "idempotent", &[])]), "a", MINUTE));
    let (first, second) = (setup.engine(), setup.engine());
    let run = tokio::spawn({
        let (first, run) = (first.clone(), setup.new_run());
        async move { first.run(run).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(matches!(
        first.run(setup.new_run()).await,
        Err(EngineError::Running(_))
    ));
    let refused = second.run(setup.new_run()).await;
    assert!(
        matches!(refused, Err(EngineError::Store(StoreError::Held { .. }))),
        "{refused:?}"
    );
    assert_eq!(
        run.await.expect("no panic").expect("the store works").status,
        RunStatus::Completed
    );
    assert_eq!(setup.n_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_lost_its_lease_stops_and_changes_nothing() {
    let setup = Setup::new(slow(
        workflow(vec![step("a", "read", &[]), step("b", "read", &["a"])]),
        "a",
        MINUTE,
    ));
    let (first, second) = (setup.engine(), setup.engine());
    let run = tokio::spawn({
        let (first, run) = (first.clone(), setup.new_run());
        async move { first.run(run).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    first.close().await.expect("the store works");
    let expected = fixture::canonical(&model::expected(&setup.case));
    let result = second.run(setup.new_run()).await.expect("the first was given up");
    assert_eq!(fixture::canonical(&result), expected);
    let fenced = run.await.expect("no panic");
    assert!(
        matches!(fenced, Err(EngineError::Store(StoreError::Fenced { .. }))),
        "{fenced:?}"
    );
    let stored = second.result(&fixture::run_id()).await.expect("the store works");
    assert_eq!(fixture::canonical(&stored), expected);
}

#[tokio::test(start_paused = true)]
async fn an_output_over_the_limit_is_a_failure_of_its_step() {
    let mut large = step("a", "pure", &[]);
    large.inputs.insert("text".into(), "x".repeat(2 << 20).into());
    let mut next = step("b", "pure", &["a"]);
    large.on_error = OnError::Continue;
    next.depends_on = vec!["a".parse().expect("valid")];
    let result = Setup::new(workflow(vec![large, next])).run().await;
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(result.step_results[0].error_code, Some(ErrorCode::OutputTooLarge));
}

#[tokio::test(start_paused = true)]
async fn a_run_with_an_unknown_skill_or_wrong_inputs_is_not_started() {
    let setup = Setup::new(workflow(vec![step("a", "raed", &[])]));
    let error = setup
        .engine()
        .run(setup.new_run())
        .await
        .expect_err("there is no such skill");
    assert_eq!(error.code(), ErrorCode::SkillNotFound);
    assert!(error.to_string().contains("did you mean `read`?"), "{error}");
    let setup = Setup::new(workflow(vec![step("a", "read", &[])]));
    let inputs = json!({ "unknown": 1 }).as_object().expect("an object").clone();
    let error = setup
        .engine()
        .run(setup.new_run().with_inputs(inputs))
        .await
        .expect_err("there is no such input");
    assert_eq!(error.code(), ErrorCode::InvalidInput);
    assert_eq!(
        setup
            .store
            .load(&fixture::run_id())
            .await
            .expect("the store works"),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_step_that_waits_for_its_next_attempt_does_not_keep_a_cancelled_run_alive() {
    let failure = Scripted::Failure(ErrorCode::RateLimited, 0);
    let setup = Setup::new(workflow(vec![step("a", "read", &[])]).with("a", [failure]));
    let (first, second) = (setup.engine(), setup.engine());
    let run = tokio::spawn({
        let run = setup.new_run();
        async move { first.run(run).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    second.cancel(&fixture::run_id()).await.expect("the store works");
    let result = run.await.expect("no panic").expect("the store works");
    assert_eq!(result.status, RunStatus::Cancelled);
    assert!(result.total_duration_ms < 3_000, "{}", result.total_duration_ms);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_an_engine_cannot_go_on_with_is_left_paused() {
    let case = workflow(vec![step("a", "read", &[]), step("b", "read", &["a"])]);
    let setup = Setup::new(slow(case, "b", MINUTE));
    setup.crash_in("b").await;
    let without_skills = WorkflowEngine::builder(
        Arc::clone(&setup.store),
        SkillRegistry::new(),
        fixture::worker_id(),
    )
    .build();
    let error = without_skills
        .resume(&fixture::run_id())
        .await
        .expect_err("it has no skills");
    assert_eq!(error.code(), ErrorCode::SkillNotFound);
    let left = without_skills
        .result(&fixture::run_id())
        .await
        .expect("the store works");
    assert_eq!((left.status, left.step_results.len()), (RunStatus::Paused, 1));
    let result = setup.engine().resume(&fixture::run_id()).await.expect("it has");
    assert_eq!(
        fixture::canonical(&result),
        fixture::canonical(&model::expected(&setup.case))
    );
}
