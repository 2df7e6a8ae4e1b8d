//! Workers of several processes on one file: each handle stands for a process.

use std::fs;

use aos_checkpoint::SqliteCheckpointStore;
use aos_spec::{
    WorkerId,
    port::{CheckpointStore, Lease, RunFilter, RunRequest, StoreError},
};

use crate::support::{InFile, TTL, header, registered, row, run_id, worker};

/// A process that executes the run `run`.
async fn executing(file: &InFile) -> (SqliteCheckpointStore, Lease) {
    let store = file.open().await;
    let worker = registered(&store, "first").await;
    let lease = store.create(&header("run"), &worker).await.unwrap();
    (store, lease)
}

/// Ends a process without a word: its locks end with it.
async fn crash(file: &InFile, store: SqliteCheckpointStore) {
    drop(store);
    // The last handle of this process takes its lock along; wait until that is done.
    let lock = file.folder.path().join("aos.db.workers/first.lock");
    while fs::File::open(&lock).unwrap().try_lock_shared().is_err() {
        tokio::task::yield_now().await;
    }
}

/// Asserts who is shown as the owner.
async fn check_owner(store: &SqliteCheckpointStore, expect: Option<&WorkerId>) {
    let listed = store.list(&RunFilter::default()).await.unwrap();
    assert_eq!(listed[0].owner.as_ref(), expect);
}

#[tokio::test]
async fn the_run_of_a_living_process_is_held() {
    let file = InFile::new();
    let (first, lease) = executing(&file).await;
    let second = file.open().await;
    let other = registered(&second, "second").await;
    let refused = second.acquire(&run_id("run"), &other).await;
    assert!(
        matches!(&refused, Err(StoreError::Held { owner, .. }) if *owner == lease.worker),
        "{refused:?}"
    );
    check_owner(&second, Some(&lease.worker)).await;
    first.append(&lease, vec![row(0, 30)]).await.unwrap();
}

#[tokio::test]
async fn the_run_of_a_crashed_process_can_be_acquired_at_once() {
    let file = InFile::new();
    let (first, lease) = executing(&file).await;
    first.append(&lease, vec![row(0, 30)]).await.unwrap();
    crash(&file, first).await;

    // No time has passed: by the clock alone the worker would still exist.
    let second = file.open().await;
    check_owner(&second, None).await;
    let asked = second.request(&run_id("run"), RunRequest::Cancel).await;
    assert!(!asked.unwrap());
    let other = registered(&second, "second").await;
    let lease = second.acquire(&run_id("run"), &other).await.unwrap();
    second.append(&lease, vec![row(1, 30)]).await.unwrap();
    check_owner(&second, Some(&other)).await;
    assert_eq!(
        second.load(&run_id("run")).await.unwrap().unwrap().journal,
        [row(0, 30), row(1, 30)]
    );
}

#[tokio::test]
async fn the_run_of_a_crashed_process_can_be_deleted_at_once() {
    let file = InFile::new();
    let (first, _) = executing(&file).await;
    crash(&file, first).await;
    assert!(file.open().await.delete(&run_id("run")).await.unwrap());
}

#[tokio::test]
async fn the_run_of_a_closed_process_can_be_acquired_at_once() {
    let file = InFile::new();
    let (first, _) = executing(&file).await;
    first.close().await;
    let second = file.open().await;
    let other = registered(&second, "second").await;
    second.acquire(&run_id("run"), &other).await.unwrap();
}

#[tokio::test]
async fn a_worker_whose_lock_file_was_removed_counts_as_gone() {
    let file = InFile::new();
    let (_first, _) = executing(&file).await;
    fs::remove_dir_all(file.folder.path().join("aos.db.workers")).unwrap();
    let second = file.open().await;
    let other = registered(&second, "second").await;
    second.acquire(&run_id("run"), &other).await.unwrap();
}

#[tokio::test]
async fn a_process_that_sleeps_past_its_time_to_live_loses_its_runs() {
    let file = InFile::new();
    let (first, old) = executing(&file).await;
    file.clock.advance(TTL);
    let second = file.open().await;
    let other = registered(&second, "second").await;
    second.acquire(&run_id("run"), &other).await.unwrap();
    let refused = first.append(&old, vec![row(0, 30)]).await;
    assert!(matches!(refused, Err(StoreError::Fenced { .. })), "{refused:?}");
    // It goes on under its name, without that run.
    registered(&first, "first").await;
    let refused = first.acquire(&run_id("run"), &old.worker).await;
    assert!(matches!(refused, Err(StoreError::Held { .. })), "{refused:?}");
}

#[tokio::test]
async fn two_processes_cannot_be_the_same_worker() {
    let file = InFile::new();
    let (first, _) = executing(&file).await;
    let second = file.open().await;
    match second.heartbeat(&worker("first"), TTL).await {
        Err(StoreError::Unavailable(reason)) => assert!(reason.contains("another process works as `first`")),
        other => panic!("expected a refusal, got {other:?}"),
    }
    crash(&file, first).await;
    registered(&second, "first").await;
}

#[tokio::test]
async fn crashed_workers_leave_nothing_behind() {
    let file = InFile::new();
    let (first, _) = executing(&file).await;
    crash(&file, first).await;
    file.clock.advance(TTL);
    let second = file.open().await;
    registered(&second, "second").await;
    let n_workers: i64 = sqlx::query_scalar("select count(*) from workflow_workers")
        .fetch_one(&mut file.connect_below().await)
        .await
        .unwrap();
    let n_files = fs::read_dir(file.folder.path().join("aos.db.workers"))
        .unwrap()
        .count();
    assert_eq!((n_workers, n_files), (1, 1));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_the_same_store_under_every_name() {
    let file = InFile::new();
    let (_first, _) = executing(&file).await;
    let link = file.folder.path().join("link.db");
    std::os::unix::fs::symlink(file.path(), &link).unwrap();
    let options = aos_checkpoint::SqliteOptions::new(link).clock(std::sync::Arc::new(file.clock.clone()));
    let second = SqliteCheckpointStore::open(options).await.unwrap();
    let other = registered(&second, "second").await;
    let refused = second.acquire(&run_id("run"), &other).await;
    assert!(matches!(refused, Err(StoreError::Held { .. })), "{refused:?}");
}
