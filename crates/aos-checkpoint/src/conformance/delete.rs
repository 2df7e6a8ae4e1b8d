//! Removing runs.

use aos_spec::{RunStatus, port::StoreError};

use super::setting::{Setting, TTL, ended, refused, run_id};

pub(super) async fn a_deleted_run_is_gone_with_its_journal(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    on.append(&lease, vec![ended(0, "a")]).await;
    on.end(&lease, RunStatus::Completed).await;
    check(&on, "run", true).await;
    let found = on.store.load(&lease.run_id).await;
    assert_eq!(found.expect("nothing is wrong with the store"), None);
    refused!(
        on.store.acquire(&lease.run_id, &worker).await,
        StoreError::NotFound(_)
    );
    check(&on, "run", false).await;
}

pub(super) async fn an_unknown_run_was_not_deleted(on: Setting) {
    check(&on, "unknown", false).await;
}

pub(super) async fn the_run_of_a_living_worker_is_not_deleted(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    refused!(
        on.store.delete(&lease.run_id).await,
        StoreError::Held { owner, .. } if *owner == worker
    );
    on.append(&lease, vec![ended(0, "a")]).await;
}

pub(super) async fn the_run_of_an_expired_worker_is_deleted(on: Setting) {
    let worker = on.worker("w").await;
    on.created("run", &worker).await;
    on.harness.advance(TTL).await;
    check(&on, "run", true).await;
}

pub(super) async fn a_deleted_run_can_be_created_again_and_is_empty(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    on.append(&lease, vec![ended(0, "old")]).await;
    on.end(&lease, RunStatus::Completed).await;
    check(&on, "run", true).await;
    let lease = on.created("run", &worker).await;
    assert_eq!(on.loaded("run").await.journal, []);
    let row = vec![ended(0, "new")];
    on.append(&lease, row.clone()).await;
    assert_eq!(on.loaded("run").await.journal, row);
}

pub(super) async fn deleting_one_run_leaves_the_others(on: Setting) {
    let worker = on.worker("w").await;
    for run in ["one", "two"] {
        let lease = on.created(run, &worker).await;
        on.append(&lease, vec![ended(0, run)]).await;
        on.end(&lease, RunStatus::Completed).await;
    }
    check(&on, "one", true).await;
    assert_eq!(on.loaded("two").await.journal, [ended(0, "two")]);
}

/// Deletes a run and asserts whether there was one.
async fn check(on: &Setting, run: &str, was_there: bool) {
    let deleted = on.store.delete(&run_id(run)).await;
    assert_eq!(deleted.expect("nobody owns the run"), was_there);
}
