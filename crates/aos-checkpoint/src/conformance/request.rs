//! Asking the owner of a run for something.

use aos_spec::{
    RunId, RunStatus, WorkerId,
    port::{RunRequest, StoreError},
};

use super::setting::{Setting, TTL, refused, run_id};

pub(super) async fn a_request_reaches_the_owner_at_each_heartbeat(on: Setting) {
    let worker = on.worker("w").await;
    for run in ["one", "two", "three"] {
        on.created(run, &worker).await;
    }
    ask(&on, "three", RunRequest::Cancel, true).await;
    ask(&on, "one", RunRequest::Pause, true).await;
    for _ in 0..3 {
        let expected = [("one", RunRequest::Pause), ("three", RunRequest::Cancel)];
        check(&on, &worker, &expected).await;
    }
}

pub(super) async fn a_request_reaches_nobody_but_the_owner(on: Setting) {
    let worker = on.worker("w").await;
    let other = on.worker("other").await;
    on.created("run", &worker).await;
    on.created("unasked", &other).await;
    ask(&on, "run", RunRequest::Pause, true).await;
    check(&on, &other, &[]).await;
}

pub(super) async fn a_cancellation_replaces_a_pause_and_stays(on: Setting) {
    let worker = on.worker("w").await;
    on.created("run", &worker).await;
    let asked = [RunRequest::Pause, RunRequest::Cancel, RunRequest::Pause];
    let heard = [RunRequest::Pause, RunRequest::Cancel, RunRequest::Cancel];
    for (asked, heard) in asked.into_iter().zip(heard) {
        ask(&on, "run", asked, true).await;
        check(&on, &worker, &[("run", heard)]).await;
    }
}

pub(super) async fn a_request_ends_when_the_run_is_given_back(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    ask(&on, "run", RunRequest::Pause, true).await;
    on.end(&lease, RunStatus::Paused).await;
    check(&on, &worker, &[]).await;
    on.acquire("run", &worker).await;
    check(&on, &worker, &[]).await;
}

pub(super) async fn a_request_is_forgotten_when_the_run_is_acquired(on: Setting) {
    let worker = on.worker("w").await;
    on.created("run", &worker).await;
    ask(&on, "run", RunRequest::Cancel, true).await;
    on.acquire("run", &worker).await;
    check(&on, &worker, &[]).await;

    ask(&on, "run", RunRequest::Cancel, true).await;
    on.harness.advance(TTL).await;
    let other = on.worker("other").await;
    on.acquire("run", &other).await;
    check(&on, &other, &[]).await;
    check(&on, &worker, &[]).await;
}

pub(super) async fn a_request_without_a_living_owner_changes_nothing(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("paused", &worker).await;
    on.end(&lease, RunStatus::Paused).await;
    let lease = on.created("completed", &worker).await;
    on.end(&lease, RunStatus::Completed).await;
    on.created("left-behind", &worker).await;
    on.harness.advance(TTL).await;
    for run in ["paused", "completed", "left-behind"] {
        let before = on.loaded(run).await;
        ask(&on, run, RunRequest::Cancel, false).await;
        assert_eq!(on.loaded(run).await, before);
    }
    check(&on, &worker, &[]).await;
}

pub(super) async fn an_unknown_run_cannot_be_asked(on: Setting) {
    refused!(
        on.store.request(&run_id("unknown"), RunRequest::Pause).await,
        StoreError::NotFound(run) if run.as_str() == "unknown"
    );
}

/// Asks for something and asserts whether there was somebody to ask.
async fn ask(on: &Setting, run: &str, request: RunRequest, has_owner: bool) {
    let asked = on.store.request(&run_id(run), request).await;
    assert_eq!(asked.expect("a known run can be asked"), has_owner);
}

/// Asserts what `worker` hears.
async fn check(on: &Setting, worker: &WorkerId, expected: &[(&str, RunRequest)]) {
    let heard = on.store.heartbeat(worker, TTL).await;
    let mut heard = heard.expect("a worker can register");
    heard.sort();
    let expected = expected.iter().map(|(run, request)| (run_id(run), *request));
    assert_eq!(heard, expected.collect::<Vec<(RunId, RunRequest)>>());
}
