//! Files that are not what was written.

use std::fs::{self, File};

use aos_checkpoint::SqliteCheckpointStore;
use aos_spec::{
    ContentHash, RunStatus, StepIndex,
    journal::checkpoint_hash,
    port::{CheckpointStore, CheckpointUpdate, RunFilter, StoreError},
};

use crate::support::{InFile, header, row, run_id, worker};

/// Makes a file with one run of 50 steps that has ended.
async fn filled() -> InFile {
    let file = InFile::new();
    let store = file.open().await;
    let header = header("run");
    let lease = store.create(&header, &worker("w")).await.unwrap();
    let journal: Vec<_> = (0..50).map(|step| row(step, 1000)).collect();
    store.append(&lease, journal.clone()).await.unwrap();
    let update = CheckpointUpdate {
        expected_version: lease.version,
        status: RunStatus::Completed,
        next_step_index: StepIndex(50),
        last_result_hash: checkpoint_hash(header.spec_hash, journal.iter().map(|row| row.hash)),
        error: None,
        elapsed_ms: 1,
    };
    store.save(&lease, update).await.unwrap();
    store.close().await;
    file
}

async fn check_corrupt(store: &SqliteCheckpointStore) {
    match store.load(&run_id("run")).await {
        Err(StoreError::Corrupt(corrupt)) => assert_eq!(corrupt.run_id, "run"),
        other => panic!("expected corruption, got {other:?}"),
    }
}

/// Asserts that a change below the store is noticed.
async fn check_noticed(sql: &'static str) {
    let file = filled().await;
    file.tamper(sql).await;
    check_corrupt(&file.open().await).await;
}

#[tokio::test]
async fn an_untouched_run_is_whole() {
    let run = filled()
        .await
        .open()
        .await
        .load(&run_id("run"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(run.journal.len(), 50);
}

#[tokio::test]
async fn a_changed_body_is_noticed() {
    check_noticed("update workflow_steps set body = replace(body, 'xxx', 'xyx') where step = 17").await;
}

#[tokio::test]
async fn a_changed_hash_is_noticed() {
    check_noticed("update workflow_steps set hash = hash + 1 where step = 17").await;
}

#[tokio::test]
async fn a_row_of_an_unknown_kind_is_noticed() {
    check_noticed("update workflow_steps set kind = 9 where step = 17").await;
}

#[tokio::test]
async fn a_row_with_a_negative_number_is_noticed() {
    check_noticed("update workflow_steps set duration_ms = -1 where step = 17").await;
}

#[tokio::test]
async fn a_lost_row_is_noticed() {
    check_noticed("delete from workflow_steps where step = 17").await;
}

#[tokio::test]
async fn a_lost_tail_is_noticed() {
    check_noticed("delete from workflow_steps where step >= 40").await;
}

#[tokio::test]
async fn a_changed_header_is_noticed() {
    check_noticed("update workflow_checkpoints set header = replace(header, '\"7\"', '\"8\"')").await;
}

#[tokio::test]
async fn a_changed_specification_is_noticed() {
    check_noticed("update workflow_specs set spec = replace(spec, 'noop', 'nope')").await;
}

#[tokio::test]
async fn a_changed_frontier_is_noticed() {
    check_noticed("update workflow_checkpoints set next_step_index = 49").await;
}

#[tokio::test]
async fn a_value_that_does_not_parse_is_noticed() {
    check_noticed("update workflow_checkpoints set last_result_hash = 'none'").await;
    check_noticed("update workflow_checkpoints set error = '{'").await;
    check_noticed("update workflow_checkpoints set version = -1").await;
    check_noticed("update workflow_steps set body = cast(x'ff' as text) where step = 17").await;
}

#[tokio::test]
async fn overwritten_pages_are_noticed() {
    let file = filled().await;
    let mut content = fs::read(file.path()).unwrap();
    let tail = content.len() - 3 * 4096;
    content[tail..].fill(0xff);
    fs::write(file.path(), content).unwrap();
    check_corrupt(&file.open().await).await;
}

#[tokio::test]
async fn a_truncated_file_is_refused_with_advice() {
    let file = filled().await;
    let size = file.path().metadata().unwrap().len();
    let truncated = File::options().write(true).open(file.path()).unwrap();
    truncated.set_len(size / 2).unwrap();
    match SqliteCheckpointStore::open(file.options()).await {
        Err(StoreError::Unavailable(reason)) => {
            let words = ["aos.db", "damaged", "restore it from a backup"];
            assert!(words.iter().all(|word| reason.contains(word)), "{reason}");
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_damaged_line_does_not_list() {
    let file = filled().await;
    file.tamper("update workflow_checkpoints set run_id = '../run'")
        .await;
    let listed = file.open().await.list(&RunFilter::default()).await;
    assert!(matches!(listed, Err(StoreError::Unavailable(_))), "{listed:?}");
}

#[tokio::test]
async fn hashes_of_every_size_are_kept() {
    let file = InFile::new();
    let store = file.open().await;
    let lease = store.create(&header("run"), &worker("w")).await.unwrap();
    let firsts = [
        "0000000000000000",
        "7fffffffffffffff",
        "8000000000000000",
        "ffffffffffffffff",
    ];
    for (step, first) in (0..).zip(firsts) {
        let mut row = row(step, 30);
        row.hash = hash(first);
        store.append(&lease, vec![row.clone()]).await.unwrap();
        store.append(&lease, vec![row.clone()]).await.unwrap();
        row.hash = hash("0123456789abcdef");
        let refused = store.append(&lease, vec![row]).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }
}

/// Returns a hash that begins with these 16 digits.
fn hash(first: &str) -> ContentHash {
    serde_json::from_value(format!("{first:0<64}").into()).unwrap()
}
