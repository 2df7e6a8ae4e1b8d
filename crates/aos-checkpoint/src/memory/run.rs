//! One run in memory: its checkpoint, its journal and who may write to it.

use std::collections::BTreeMap;

use aos_spec::{
    ContentHash, Money, RunStatus, StepIndex, Timestamp, WorkerId,
    journal::{Checkpoint, JournalRow, RowKind, RunHeader, StoredRun, total_cost},
    port::{CheckpointUpdate, FencingToken, Lease, RunRequest, RunSummary, StoreError},
};

use crate::{
    refusal::{fenced, row_conflict, version_conflict},
    verify::{assemble, corrupt},
};

/// One run.
pub(super) struct Run {
    /// As last saved: the frontier of a running run is derived when somebody loads it.
    pub(super) checkpoint: Checkpoint,
    // INVARIANT: in the state `running` exactly when there is an owner.
    pub(super) owner: Option<WorkerId>,
    pub(super) token: u64,
    pub(super) requested: Option<RunRequest>,
    journal: BTreeMap<(StepIndex, RowKind, u32), JournalRow>,
}

impl Run {
    /// Returns a new run that `worker` owns.
    pub(super) fn new(header: RunHeader, worker: WorkerId, token: u64, now: Timestamp) -> Self {
        Self {
            checkpoint: Checkpoint::new(header, now),
            owner: Some(worker),
            token,
            requested: None,
            journal: BTreeMap::new(),
        }
    }

    /// Returns the lease that holds now.
    pub(super) fn lease(&self, worker: &WorkerId) -> Lease {
        Lease {
            run_id: self.checkpoint.header.run_id.clone(),
            worker: worker.clone(),
            token: FencingToken(self.token),
            version: self.checkpoint.version,
        }
    }

    /// Gives the run to `worker`.
    pub(super) fn acquire(&mut self, worker: &WorkerId, now: Timestamp) -> Lease {
        self.checkpoint.status = RunStatus::Running;
        self.owner = Some(worker.clone());
        self.token += 1;
        self.requested = None;
        self.written(now);
        self.lease(worker)
    }

    /// Adds `rows`, all or none.
    pub(super) fn append(&mut self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError> {
        if self.token != lease.token.0 || self.owner.is_none() {
            return Err(fenced(lease));
        }
        let mut added: BTreeMap<_, JournalRow> = BTreeMap::new();
        for row in rows {
            let key = (row.step, row.kind, row.attempt);
            match self.journal.get(&key).or_else(|| added.get(&key)) {
                Some(there) if there.hash != row.hash => return Err(row_conflict(lease, row.step)),
                Some(_) => {}
                None => {
                    added.insert(key, row);
                }
            }
        }
        self.journal.extend(added);
        Ok(())
    }

    /// Writes the checkpoint.
    pub(super) fn save(
        &mut self,
        lease: &Lease,
        update: CheckpointUpdate,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let checkpoint = &mut self.checkpoint;
        if self.token != lease.token.0 {
            return Err(fenced(lease));
        }
        if checkpoint.version > lease.version && is_saved(checkpoint, &update) {
            return Ok(checkpoint.version);
        }
        if self.owner.is_none() {
            return Err(fenced(lease));
        }
        if checkpoint.version != update.expected_version {
            return Err(version_conflict(
                lease,
                checkpoint.version,
                update.expected_version,
            ));
        }
        checkpoint.status = update.status;
        checkpoint.next_step_index = update.next_step_index;
        checkpoint.last_result_hash = update.last_result_hash;
        checkpoint.error = update.error;
        checkpoint.elapsed_ms = update.elapsed_ms;
        if update.status != RunStatus::Running {
            self.owner = None;
            self.requested = None;
        }
        self.written(now);
        Ok(self.checkpoint.version)
    }

    /// Returns the run with its whole journal.
    pub(super) fn stored(&self) -> Result<StoredRun, StoreError> {
        let run_id = self.checkpoint.header.run_id.as_str();
        if let Some(row) = self.journal.values().find(|row| !matches_its_hash(row)) {
            return Err(corrupt(
                run_id,
                format!("a row of step {} does not match its hash", row.step),
            )
            .into());
        }
        let journal = self.journal.values().cloned().collect();
        assemble(self.checkpoint.clone(), journal)
    }

    /// Returns what all attempts have cost.
    pub(super) fn cost(&self) -> Money {
        total_cost(self.journal.values().map(|row| (row.step, row.kind, row.cost())))
    }

    /// Returns the line of this run in lists; `owner` is who holds it now.
    pub(super) fn summary(&self, owner: Option<WorkerId>) -> RunSummary {
        let header = &self.checkpoint.header;
        let mut summary = RunSummary::new(
            header.run_id.clone(),
            header.workflow_id.clone(),
            self.checkpoint.status,
            self.checkpoint.created_at,
        );
        summary.owner = owner;
        summary.steps_ended = self
            .journal
            .values()
            .filter(|row| row.kind == RowKind::Ended)
            .count();
        summary.steps_total = header.steps_total;
        summary.error_code = self.checkpoint.error.as_ref().map(|error| error.code);
        summary.updated_at = self.checkpoint.updated_at;
        summary
    }

    /// Notes that the checkpoint was written. Time does not run backwards, even where the clock does.
    fn written(&mut self, now: Timestamp) {
        self.checkpoint.version += 1;
        self.checkpoint.updated_at = self.checkpoint.updated_at.max(now);
    }
}

fn matches_its_hash(row: &JournalRow) -> bool {
    ContentHash::of_bytes(row.body.as_bytes()) == row.hash
}

/// Whether `update` is what was last saved, given that something was.
fn is_saved(checkpoint: &Checkpoint, update: &CheckpointUpdate) -> bool {
    update.expected_version.checked_add(1) == Some(checkpoint.version)
        && checkpoint.status == update.status
        && checkpoint.next_step_index == update.next_step_index
        && checkpoint.last_result_hash == update.last_result_hash
        && checkpoint.error == update.error
        && checkpoint.elapsed_ms == update.elapsed_ms
}
