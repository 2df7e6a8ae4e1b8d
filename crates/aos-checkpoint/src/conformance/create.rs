//! Creating runs.

use aos_spec::{
    ContentHash, RunStatus, Seed, StepIndex,
    port::{FencingToken, StoreError},
};
use serde_json::json;

use super::setting::{Setting, ended, header, in_one_go, refused, run_id};

pub(super) async fn a_created_run_is_running_and_owned_by_its_worker(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    assert_eq!((&lease.run_id, &lease.worker), (&run_id("run"), &worker));
    assert!(lease.token >= FencingToken(1));

    let run = on.loaded("run").await;
    let checkpoint = run.checkpoint;
    assert_eq!(checkpoint.status, RunStatus::Running);
    assert_eq!(checkpoint.next_step_index, StepIndex(0));
    assert_eq!(checkpoint.last_result_hash, checkpoint.header.spec_hash);
    assert_eq!(checkpoint.error, None);
    assert_eq!(checkpoint.elapsed_ms, 0);
    assert_eq!(checkpoint.version, lease.version);
    assert_eq!(checkpoint.created_at, checkpoint.updated_at);
    assert_eq!(run.journal, []);
}

pub(super) async fn an_existing_run_is_not_created_again(on: Setting) {
    let worker = on.worker("w").await;
    let other = on.worker("other").await;
    let lease = on.created("run", &worker).await;
    for creator in [&worker, &other] {
        refused!(
            on.store.create(&header("run"), creator).await,
            StoreError::AlreadyExists(run) if *run == lease.run_id
        );
    }
    on.append(&lease, vec![ended(0, "still mine")]).await;
}

pub(super) async fn what_a_run_was_started_with_comes_back_unchanged(on: Setting) {
    let worker = on.worker("w").await;
    let mut full = header("run");
    full.seed = Seed(u64::MAX);
    full.inputs = json!({
        "text": "\u{0}\n\"\\ äöü 漢字 🦀",
        "numbers": [0, -1, 1.5, 1e300, i64::MIN, u64::MAX],
        "nested": { "": [null, true, {}] },
    })
    .as_object()
    .cloned()
    .unwrap_or_default();
    full.agent_id = Some("agent@host".parse().expect("an agent"));
    full.skill_versions = [("noop".parse().expect("a skill"), "1.2.3".to_owned())].into();
    full.engine_version = "0.1.0".into();
    full.policy_hash = Some(ContentHash::of_bytes(b"policy"));
    full.validator_hash = Some(ContentHash::of_bytes(b"validator"));
    on.store
        .create(&full, &worker)
        .await
        .expect("a new run can be created");
    assert_eq!(on.loaded("run").await.checkpoint.header, full);
}

pub(super) async fn runs_of_one_specification_are_kept_apart(on: Setting) {
    let worker = on.worker("w").await;
    for (run, seed) in [("one", 1), ("two", 2)] {
        let mut header = header(run);
        header.seed = Seed(seed);
        on.store
            .create(&header, &worker)
            .await
            .expect("a new run can be created");
    }
    assert_eq!(on.loaded("one").await.checkpoint.header.seed, Seed(1));
    assert_eq!(on.loaded("two").await.checkpoint.header.seed, Seed(2));
}

pub(super) async fn of_many_who_create_the_same_run_at_once_one_succeeds(on: Setting) {
    let worker = on.worker("w").await;
    let (same, other) = (header("same"), header("other"));
    let headers = [&same, &other, &same, &same];
    let calls = headers.map(|header| on.store.create(header, &worker));
    let answers = in_one_go(calls.into()).await;
    let n_created = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(n_created, 2, "{answers:?}");
    let refused = |answer: &&Result<_, _>| matches!(answer, Err(StoreError::AlreadyExists(_)));
    assert_eq!(answers.iter().filter(refused).count(), 2, "{answers:?}");
    on.loaded("other").await;
}
