//! Taking runs over, and what becomes of older leases.

use std::time::Duration;

use aos_spec::{
    RunStatus,
    port::{FencingToken, Lease, StoreError},
};

use super::setting::{Setting, TTL, ended, in_one_go, refused, run_id, update, worker};

pub(super) async fn the_run_of_a_living_worker_is_held(on: Setting) {
    let owner = on.worker("owner").await;
    let other = on.worker("other").await;
    let lease = on.created("run", &owner).await;
    refused!(
        on.store.acquire(&lease.run_id, &other).await,
        StoreError::Held { run_id, owner: holder } if *run_id == lease.run_id && *holder == owner
    );
    on.append(&lease, vec![ended(0, "a")]).await;
}

pub(super) async fn an_unknown_run_cannot_be_acquired(on: Setting) {
    let worker = on.worker("w").await;
    refused!(
        on.store.acquire(&run_id("unknown"), &worker).await,
        StoreError::NotFound(run) if run.as_str() == "unknown"
    );
}

pub(super) async fn a_run_that_has_ended_cannot_be_acquired(on: Setting) {
    let worker = on.worker("w").await;
    for status in RunStatus::ALL.into_iter().filter(|status| status.is_terminal()) {
        let lease = on.created(status.as_str(), &worker).await;
        on.end(&lease, status).await;
        refused!(
            on.store.acquire(&lease.run_id, &worker).await,
            StoreError::Ended { status: found, .. } if *found == status
        );
    }
}

pub(super) async fn a_run_that_waits_can_be_acquired_and_runs_again(on: Setting) {
    let worker = on.worker("w").await;
    for status in RunStatus::ALL.into_iter().filter(|status| !status.is_terminal()) {
        let lease = on.created(status.as_str(), &worker).await;
        on.end(&lease, status).await;
        on.harness.advance(Duration::from_millis(1)).await;
        let before = on.loaded(status.as_str()).await.checkpoint;
        let acquired = on.acquire(status.as_str(), &worker).await;
        let after = on.loaded(status.as_str()).await.checkpoint;
        assert_eq!(after.status, RunStatus::Running);
        assert_eq!(acquired.version, after.version);
        assert!(after.updated_at > before.updated_at, "the checkpoint was written");
    }
}

pub(super) async fn a_worker_may_acquire_a_run_that_it_owns(on: Setting) {
    let worker = on.worker("w").await;
    let first = on.created("run", &worker).await;
    let second = on.acquire("run", &worker).await;
    refused!(
        on.store.append(&first, vec![ended(0, "a")]).await,
        StoreError::Fenced { .. }
    );
    on.append(&second, vec![ended(0, "a")]).await;
}

pub(super) async fn each_acquisition_has_a_higher_token(on: Setting) {
    let worker = on.worker("w").await;
    let mut last = on.created("run", &worker).await.token;
    for _ in 0..5 {
        let token = on.acquire("run", &worker).await.token;
        assert!(token > last, "{token} follows {last}");
        last = token;
    }
}

pub(super) async fn an_acquisition_keeps_the_run_and_its_journal(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let rows = vec![ended(0, "a"), ended(1, "b")];
    on.append(&lease, rows).await;
    on.end(&lease, RunStatus::Paused).await;
    let before = on.loaded("run").await;
    on.acquire("run", &worker).await;
    let after = on.loaded("run").await;
    assert_eq!(after.journal, before.journal);
    assert_eq!(after.checkpoint.header, before.checkpoint.header);
    assert_eq!(
        after.checkpoint.next_step_index,
        before.checkpoint.next_step_index
    );
    assert_eq!(
        after.checkpoint.last_result_hash,
        before.checkpoint.last_result_hash
    );
    assert_eq!(after.checkpoint.elapsed_ms, before.checkpoint.elapsed_ms);
    assert_eq!(after.checkpoint.created_at, before.checkpoint.created_at);
}

pub(super) async fn an_older_lease_is_fenced_and_changes_nothing(on: Setting) {
    let stale = on.worker("stale").await;
    let old = on.created("run", &stale).await;
    let row = vec![ended(0, "before")];
    on.append(&old, row.clone()).await;
    on.harness.advance(TTL).await;
    let next = on.worker("next").await;
    let new = on.acquire("run", &next).await;
    let before = on.loaded("run").await;

    check_fenced(&on, &old).await;
    // Also what is there already: who lost its lease must learn of it.
    refused!(
        on.store.append(&old, row).await,
        StoreError::Fenced { token, .. } if *token == old.token
    );
    // Believing in the right version does not help.
    let mut update = update(new.version, RunStatus::Completed, &[]);
    update.elapsed_ms = 99;
    refused!(on.store.save(&old, update).await, StoreError::Fenced { .. });
    assert_eq!(on.loaded("run").await, before);
    on.append(&new, vec![ended(1, "after")]).await;
}

pub(super) async fn a_lease_that_was_never_given_is_fenced(on: Setting) {
    let worker = on.worker("w").await;
    let mut lease = on.created("run", &worker).await;
    for token in [0, lease.token.0 + 1, u64::MAX] {
        lease.token = FencingToken(token);
        check_fenced(&on, &lease).await;
    }
    lease.run_id = run_id("unknown");
    check_fenced(&on, &lease).await;
}

pub(super) async fn a_lease_that_was_given_back_is_fenced(on: Setting) {
    let worker = on.worker("w").await;
    for status in [RunStatus::Paused, RunStatus::Completed] {
        let lease = on.created(status.as_str(), &worker).await;
        on.end(&lease, status).await;
        let before = on.loaded(status.as_str()).await;
        check_fenced(&on, &lease).await;
        assert_eq!(on.loaded(status.as_str()).await, before);
    }
}

pub(super) async fn a_lease_of_a_deleted_run_is_fenced_even_when_the_run_is_created_again(on: Setting) {
    let worker = worker("never-registered");
    let mut old = vec![on.created("run", &worker).await];
    for _ in 0..3 {
        old.push(on.acquire("run", &worker).await);
    }
    on.store
        .delete(&run_id("run"))
        .await
        .expect("a run without a living owner can be deleted");
    for lease in &old {
        check_fenced(&on, lease).await;
    }
    on.created("run", &worker).await;
    for _ in 0..3 {
        for lease in &old {
            check_fenced(&on, lease).await;
        }
        on.acquire("run", &worker).await;
    }
    assert_eq!(on.loaded("run").await.journal, []);
}

pub(super) async fn of_many_who_acquire_a_run_at_once_one_succeeds(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    on.end(&lease, RunStatus::Paused).await;
    let mut others = Vec::new();
    for name in ["a", "b", "c", "d"] {
        others.push(on.worker(name).await);
    }
    let calls = others.iter().map(|other| on.store.acquire(&lease.run_id, other));
    let answers = in_one_go(calls.collect()).await;
    let n_acquired = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(n_acquired, 1, "{answers:?}");
    let held = |answer: &&Result<_, _>| matches!(answer, Err(StoreError::Held { .. }));
    assert_eq!(answers.iter().filter(held).count(), 3, "{answers:?}");
}

/// Asserts that neither rows nor checkpoints can be written under `lease`.
async fn check_fenced(on: &Setting, lease: &Lease) {
    refused!(
        on.store.append(lease, vec![ended(7, "late"), ended(8, "late")]).await,
        StoreError::Fenced { run_id, .. } if *run_id == lease.run_id
    );
    let mut update = update(lease.version, RunStatus::Aborted, &[]);
    update.elapsed_ms = 12_345;
    refused!(
        on.store.save(lease, update).await,
        StoreError::Fenced { run_id, .. } if *run_id == lease.run_id
    );
}
