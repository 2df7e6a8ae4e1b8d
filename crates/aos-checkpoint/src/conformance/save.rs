//! Writing checkpoints.

use std::time::Duration;

use aos_spec::{RunStatus, port::StoreError};

use super::setting::{Setting, ended, failed, header, refused, update};

pub(super) async fn everything_that_is_saved_comes_back(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let journal = vec![ended(0, "a"), ended(1, "b")];
    on.append(&lease, journal.clone()).await;
    let mut update = update(lease.version, RunStatus::Failed, &journal);
    update.error = Some(failed());
    update.elapsed_ms = 1 << 50;
    on.save(&lease, update.clone()).await;

    let run = on.loaded("run").await;
    let checkpoint = run.checkpoint;
    assert_eq!(checkpoint.status, update.status);
    assert_eq!(checkpoint.next_step_index, update.next_step_index);
    assert_eq!(checkpoint.last_result_hash, update.last_result_hash);
    assert_eq!(checkpoint.error, update.error);
    assert_eq!(checkpoint.elapsed_ms, update.elapsed_ms);
    assert_eq!(checkpoint.header, header("run"));
    assert_eq!(run.journal, journal);
}

pub(super) async fn each_save_raises_the_version_by_one(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let mut version = lease.version;
    for elapsed_ms in 1..4 {
        let mut update = update(version, RunStatus::Running, &[]);
        update.elapsed_ms = elapsed_ms;
        assert_eq!(on.save(&lease, update).await, version + 1);
        version += 1;
        assert_eq!(on.loaded("run").await.checkpoint.version, version);
    }
}

pub(super) async fn created_at_is_kept_and_updated_at_is_moved(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let before = on.loaded("run").await.checkpoint;
    let span = Duration::from_secs(3);
    on.harness.advance(span).await;
    on.end(&lease, RunStatus::Completed).await;
    let after = on.loaded("run").await.checkpoint;
    assert_eq!(after.created_at, before.created_at);
    assert!(after.updated_at.saturating_since(before.updated_at) >= span);
}

pub(super) async fn saving_the_same_update_again_changes_nothing(on: Setting) {
    let worker = on.worker("w").await;
    for (run, status) in [
        ("running", RunStatus::Running),
        ("completed", RunStatus::Completed),
    ] {
        let lease = on.created(run, &worker).await;
        let mut update = update(lease.version, status, &[]);
        update.error = Some(failed());
        let version = on.save(&lease, update.clone()).await;
        let before = on.loaded(run).await;
        on.harness.advance(Duration::from_secs(1)).await;
        assert_eq!(on.save(&lease, update).await, version);
        assert_eq!(on.loaded(run).await, before);
    }
}

pub(super) async fn an_update_of_another_version_is_refused(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let before = on.loaded("run").await;
    for version in [lease.version + 1, lease.version - 1, u64::MAX] {
        let update = update(version, RunStatus::Completed, &[]);
        refused!(
            on.store.save(&lease, update).await,
            StoreError::Conflict { run_id, .. } if *run_id == lease.run_id
        );
    }
    assert_eq!(on.loaded("run").await, before);
}

pub(super) async fn a_lost_update_is_refused(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let mut first = update(lease.version, RunStatus::Running, &[]);
    first.elapsed_ms = 1;
    let mut second = first.clone();
    second.elapsed_ms = 2;
    on.save(&lease, first).await;
    let before = on.loaded("run").await;
    refused!(on.store.save(&lease, second).await, StoreError::Conflict { .. });
    assert_eq!(on.loaded("run").await, before);
}

pub(super) async fn every_state_can_be_saved(on: Setting) {
    let worker = on.worker("w").await;
    for status in RunStatus::ALL {
        let lease = on.created(status.as_str(), &worker).await;
        on.end(&lease, status).await;
        assert_eq!(on.loaded(status.as_str()).await.checkpoint.status, status);
    }
}

pub(super) async fn any_state_but_running_gives_the_lease_back(on: Setting) {
    let worker = on.worker("w").await;
    let other = on.worker("other").await;
    let waiting = RunStatus::ALL
        .into_iter()
        .filter(|status| !status.is_terminal() && *status != RunStatus::Running);
    for status in waiting {
        let lease = on.created(status.as_str(), &worker).await;
        on.end(&lease, status).await;
        on.acquire(status.as_str(), &other).await;
    }
}

pub(super) async fn the_state_running_keeps_the_lease(on: Setting) {
    let worker = on.worker("w").await;
    let other = on.worker("other").await;
    let lease = on.created("run", &worker).await;
    let journal = vec![ended(0, "a")];
    on.append(&lease, journal.clone()).await;
    let update = update(lease.version, RunStatus::Running, &journal);
    on.save(&lease, update).await;
    refused!(
        on.store.acquire(&lease.run_id, &other).await,
        StoreError::Held { .. }
    );
    on.append(&lease, vec![ended(1, "b")]).await;
}
