//! Reading runs.

use aos_spec::{
    ContentHash, RunStatus, StepIndex,
    journal::{JOURNAL_FORMAT, RowKind},
    port::StoreError,
};

use super::setting::{Setting, ended, frontier, header, refused, row, run_id, update};

pub(super) async fn an_unknown_run_is_none(on: Setting) {
    let found = on.store.load(&run_id("unknown")).await;
    assert_eq!(found.expect("nothing is wrong with the store"), None);
}

pub(super) async fn the_frontier_of_a_running_run_is_derived_from_its_journal(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let journal = [ended(0, "a"), ended(1, "b"), ended(2, "c"), ended(3, "d")];
    // The third step is missing at first, and the second has only failed.
    let expected = [
        (journal[3].clone(), 0),
        (journal[0].clone(), 1),
        (row(1, RowKind::Failed, 1, "not yet"), 1),
        (journal[1].clone(), 2),
        (journal[2].clone(), 4),
    ];
    for (row, n_committed) in expected {
        on.append(&lease, vec![row]).await;
        let checkpoint = on.loaded("run").await.checkpoint;
        let derived = (checkpoint.next_step_index, checkpoint.last_result_hash);
        assert_eq!(derived, frontier(&journal[..n_committed]));
        assert_eq!(
            checkpoint.version, lease.version,
            "appending writes no checkpoint"
        );
    }
}

pub(super) async fn the_frontier_of_any_other_run_is_as_saved(on: Setting) {
    let worker = on.worker("w").await;
    for status in [RunStatus::Paused, RunStatus::Failed] {
        let lease = on.created(status.as_str(), &worker).await;
        let journal = vec![ended(0, "a"), ended(1, "b"), ended(2, "c")];
        on.append(&lease, journal.clone()).await;
        let update = update(lease.version, status, &journal[..1]);
        on.save(&lease, update).await;
        let run = on.loaded(status.as_str()).await;
        let saved = (run.checkpoint.next_step_index, run.checkpoint.last_result_hash);
        assert_eq!(saved, frontier(&journal[..1]));
        assert_eq!(run.journal, journal);
    }
}

pub(super) async fn a_missing_row_below_the_saved_frontier_is_corruption(on: Setting) {
    let worker = on.worker("w").await;
    for status in [RunStatus::Running, RunStatus::Completed] {
        let lease = on.created(status.as_str(), &worker).await;
        on.append(&lease, vec![ended(0, "a")]).await;
        let counted = [ended(0, "a"), ended(1, "missing")];
        let update = update(lease.version, status, &counted);
        on.save(&lease, update).await;
        refused!(
            on.store.load(&lease.run_id).await,
            StoreError::Corrupt(corrupt) if corrupt.run_id == status.as_str()
        );
    }
}

pub(super) async fn an_exchanged_row_below_the_saved_frontier_is_corruption(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    on.append(&lease, vec![ended(0, "a")]).await;
    let update = update(lease.version, RunStatus::Paused, &[ended(0, "another")]);
    on.save(&lease, update).await;
    refused!(on.store.load(&lease.run_id).await, StoreError::Corrupt(_));
}

pub(super) async fn a_row_that_does_not_match_its_hash_is_corruption(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let mut row = ended(0, "a");
    row.hash = ContentHash::of_bytes(b"something else");
    on.append(&lease, vec![row]).await;
    refused!(
        on.store.load(&lease.run_id).await,
        StoreError::Corrupt(corrupt) if corrupt.run_id == "run"
    );
}

pub(super) async fn a_run_of_a_newer_format_is_refused(on: Setting) {
    let worker = on.worker("w").await;
    let mut header = header("run");
    header.format = JOURNAL_FORMAT + 1;
    on.store
        .create(&header, &worker)
        .await
        .expect("a new run can be created");
    refused!(
        on.store.load(&run_id("run")).await,
        StoreError::TooNew { found, .. } if *found == i64::from(header.format)
    );
}

pub(super) async fn loading_changes_nothing(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    on.append(&lease, vec![ended(0, "a")]).await;
    let first = on.loaded("run").await;
    assert_eq!(first.checkpoint.next_step_index, StepIndex(1));
    assert_eq!(on.loaded("run").await, first);
}
