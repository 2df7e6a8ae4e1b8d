//! What a stored run must fulfil before anybody sees it.

use aos_spec::{
    ContentHash, RunStatus,
    journal::{
        Checkpoint, CorruptRun, JOURNAL_FORMAT, JournalRow, RowKind, StoredRun, check_readable_by,
        checkpoint_hash, derive_frontier,
    },
    port::StoreError,
};

/// Returns the run of `checkpoint`, as last saved, and `journal`, in the order of (step, kind, attempt), whose rows
/// match their hashes.
///
/// The saved frontier and chain are a second record of the rows that it counts: a row that was lost or exchanged
/// since then is noticed, which the hash of each row alone would not do.
pub(crate) fn assemble(
    mut checkpoint: Checkpoint,
    journal: Vec<JournalRow>,
) -> Result<StoredRun, StoreError> {
    if !check_readable_by(checkpoint.header.format) {
        return Err(StoreError::TooNew {
            found: checkpoint.header.format.into(),
            supported: JOURNAL_FORMAT.into(),
        });
    }
    let spec_hash = checkpoint.header.spec_hash;
    let committed: Vec<ContentHash> = journal
        .iter()
        .filter(|row| row.kind == RowKind::Ended && row.step < checkpoint.next_step_index)
        .map(|row| row.hash)
        .collect();
    let n_rows = committed.len();
    if n_rows != checkpoint.next_step_index.get()
        || checkpoint_hash(spec_hash, committed) != checkpoint.last_result_hash
    {
        let reason = format!(
            "its checkpoint counts {} committed steps, and the {n_rows} rows found for them do not match it",
            checkpoint.next_step_index
        );
        return Err(corrupt(checkpoint.header.run_id.as_str(), reason).into());
    }
    if checkpoint.status == RunStatus::Running {
        (checkpoint.next_step_index, checkpoint.last_result_hash) = derive_frontier(spec_hash, &journal);
    }
    Ok(StoredRun { checkpoint, journal })
}

/// Returns the error for stored data of `run_id` that does not fit.
pub(crate) fn corrupt(run_id: &str, reason: impl Into<String>) -> CorruptRun {
    CorruptRun {
        run_id: run_id.into(),
        reason: reason.into(),
    }
}
