//! How the work of many callers reaches the disk.

use std::sync::Arc;

use aos_spec::{
    RunStatus,
    journal::checkpoint_hash,
    port::{CheckpointStore, CheckpointUpdate},
};

use crate::support::{InFile, header, row, worker};

#[tokio::test]
async fn callers_that_write_at_the_same_time_share_a_commit() {
    let file = InFile::new();
    let store = Arc::new(file.open().await);
    let runs: Vec<_> = (0..32)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let header = header(&format!("run-{number}"));
                let lease = store.create(&header, &worker("w")).await.unwrap();
                let journal: Vec<_> = (0..5).map(|step| row(step, 300)).collect();
                for row in &journal {
                    store.append(&lease, vec![row.clone()]).await.unwrap();
                }
                let update = CheckpointUpdate {
                    expected_version: lease.version,
                    status: RunStatus::Completed,
                    next_step_index: aos_spec::StepIndex(5),
                    last_result_hash: checkpoint_hash(header.spec_hash, journal.iter().map(|row| row.hash)),
                    error: None,
                    elapsed_ms: 1,
                };
                store.save(&lease, update).await.unwrap();
            })
        })
        .collect();
    for run in runs {
        run.await.unwrap();
    }
    let stats = store.commit_stats();
    assert_eq!(stats.calls, 32 * 7);
    assert!(stats.commits * 8 <= stats.calls, "{stats:?}");
}

#[tokio::test]
async fn a_caller_alone_does_not_wait_for_others() {
    let file = InFile::new();
    let store = file.open().await;
    let lease = store.create(&header("run"), &worker("w")).await.unwrap();
    for step in 0..5 {
        store.append(&lease, vec![row(step, 300)]).await.unwrap();
    }
    let stats = store.commit_stats();
    assert_eq!((stats.commits, stats.calls), (6, 6));
}

#[tokio::test]
async fn calls_beyond_the_size_of_one_batch_all_succeed() {
    let file = InFile::new();
    let store = Arc::new(file.open().await);
    let lease = store.create(&header("run"), &worker("w")).await.unwrap();
    // By number, and by size: 8 rows of 3 MiB.
    let rows = (0..3000)
        .map(|step| row(step, 30))
        .chain((3000..3008).map(|step| row(step, 3 << 20)));
    let calls: Vec<_> = rows
        .map(|row| {
            let (store, lease) = (Arc::clone(&store), lease.clone());
            tokio::spawn(async move { store.append(&lease, vec![row]).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let stats = store.commit_stats();
    assert!((6..100).contains(&stats.commits), "{stats:?}");
    let run = store.load(&lease.run_id).await.unwrap().unwrap();
    assert_eq!(run.checkpoint.next_step_index.get(), 3008);
}

#[tokio::test]
async fn the_file_is_little_larger_than_what_is_in_it() {
    let file = InFile::new();
    let store = file.open().await;
    let mut n_bytes = 0;
    for number in 0..20 {
        let lease = store
            .create(&header(&format!("run-{number}")), &worker("w"))
            .await
            .unwrap();
        let journal: Vec<_> = (0..500).map(|step| row(step, 300)).collect();
        n_bytes += journal.iter().map(|row| row.body.len() as u64).sum::<u64>();
        store.append(&lease, journal).await.unwrap();
    }
    store.close().await;
    let size = file.path().metadata().unwrap().len();
    assert!(size * 2 <= n_bytes * 3, "{size} bytes for {n_bytes}");
}
