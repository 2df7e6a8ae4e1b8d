//! All runs and workers in memory, and the rules between them.

use std::{cmp::Reverse, collections::BTreeMap};

use aos_spec::{
    RunId, RunStatus, Timestamp, WorkerId,
    journal::{JournalRow, RunHeader, StoredRun},
    port::{CheckpointUpdate, DEFAULT_LIST_LIMIT, Lease, RunFilter, RunRequest, RunSummary, StoreError},
};

use super::{policy::Policy, run::Run};
use crate::refusal::fenced;

/// What the store holds.
#[derive(Default)]
pub(super) struct State {
    runs: BTreeMap<RunId, Run>,
    /// Until when each worker exists.
    workers: BTreeMap<WorkerId, Timestamp>,
    /// The highest token of any deleted run. Tokens of new runs are higher, so that a lease of a deleted run is not
    /// taken for one of a later run with the same id.
    highest_deleted_token: u64,
    /// Budgets, rates, idempotency keys and the emergency stop.
    pub(super) policy: Policy,
}

impl State {
    /// Registers `worker` and returns what was asked of its runs.
    pub(super) fn heartbeat(&mut self, worker: &WorkerId, expires_at: Timestamp) -> Vec<(RunId, RunRequest)> {
        self.workers.insert(worker.clone(), expires_at);
        let owned = self
            .runs
            .iter()
            .filter(|(_, run)| run.owner.as_ref() == Some(worker));
        owned
            .filter_map(|(run_id, run)| Some((run_id.clone(), run.requested?)))
            .collect()
    }

    /// Creates a run that `worker` owns.
    pub(super) fn create(
        &mut self,
        header: &RunHeader,
        worker: &WorkerId,
        now: Timestamp,
    ) -> Result<Lease, StoreError> {
        if self.runs.contains_key(&header.run_id) {
            return Err(StoreError::AlreadyExists(header.run_id.clone()));
        }
        let token = self.highest_deleted_token + 1;
        let run = Run::new(header.clone(), worker.clone(), token, now);
        let lease = run.lease(worker);
        self.runs.insert(header.run_id.clone(), run);
        Ok(lease)
    }

    /// Gives a run to `worker`.
    pub(super) fn acquire(
        &mut self,
        run_id: &RunId,
        worker: &WorkerId,
        now: Timestamp,
    ) -> Result<Lease, StoreError> {
        let run = self.run(run_id)?;
        if run.checkpoint.status.is_terminal() {
            return Err(StoreError::Ended {
                run_id: run_id.clone(),
                status: run.checkpoint.status,
            });
        }
        if let Some(owner) = self.holder(run, now).filter(|owner| owner != worker) {
            return Err(StoreError::Held {
                run_id: run_id.clone(),
                owner,
            });
        }
        self.run_mut(run_id).map(|run| run.acquire(worker, now))
    }

    /// Adds `rows` to the journal.
    pub(super) fn append(&mut self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.leased(lease)?.append(lease, rows)
    }

    /// Writes the checkpoint.
    pub(super) fn save(
        &mut self,
        lease: &Lease,
        update: CheckpointUpdate,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let status = update.status;
        let run = self.leased(lease)?;
        let version = run.save(lease, update, now)?;
        if status != RunStatus::Running {
            let cost = run.cost();
            self.policy.settle(&lease.run_id, cost, status.is_terminal());
        }
        Ok(version)
    }

    /// Returns a run with its whole journal.
    pub(super) fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError> {
        self.runs.get(run_id).map(Run::stored).transpose()
    }

    /// Removes a run.
    pub(super) fn delete(&mut self, run_id: &RunId, now: Timestamp) -> Result<bool, StoreError> {
        let Some(run) = self.runs.get(run_id) else {
            return Ok(false);
        };
        if let Some(owner) = self.holder(run, now) {
            return Err(StoreError::Held {
                run_id: run_id.clone(),
                owner,
            });
        }
        self.highest_deleted_token = self.highest_deleted_token.max(run.token);
        if let Some(run) = self.runs.remove(run_id) {
            self.policy.settle(run_id, run.cost(), true);
        }
        Ok(true)
    }

    /// Returns the runs that `filter` names.
    pub(super) fn list(&self, filter: &RunFilter, now: Timestamp) -> Vec<RunSummary> {
        let mut found: Vec<&Run> = self
            .runs
            .values()
            .filter(|run| filter.statuses.is_empty() || filter.statuses.contains(&run.checkpoint.status))
            .filter(|run| {
                let wanted = filter.workflow_id.as_ref();
                wanted.is_none_or(|wanted| *wanted == run.checkpoint.header.workflow_id)
            })
            .collect();
        found.sort_by_key(|run| Reverse(run.checkpoint.updated_at));
        found
            .into_iter()
            .take(filter.limit.unwrap_or(DEFAULT_LIST_LIMIT))
            .map(|run| run.summary(self.holder(run, now)))
            .collect()
    }

    /// Notes what is asked of a run that a living worker owns.
    pub(super) fn request(
        &mut self,
        run_id: &RunId,
        request: RunRequest,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.holder(self.run(run_id)?, now).is_none() {
            return Ok(false);
        }
        let run = self.run_mut(run_id)?;
        // `Cancel` is the greater: it replaces `Pause` and is not replaced.
        run.requested = run.requested.max(Some(request));
        Ok(true)
    }

    /// Forgets `worker`.
    pub(super) fn retire(&mut self, worker: &WorkerId) {
        self.workers.remove(worker);
    }

    /// Returns who holds the lease of `run`.
    fn holder(&self, run: &Run, now: Timestamp) -> Option<WorkerId> {
        let owner = run.owner.as_ref()?;
        self.workers
            .get(owner)
            .is_some_and(|expires_at| now < *expires_at)
            .then(|| owner.clone())
    }

    pub(super) fn run(&self, run_id: &RunId) -> Result<&Run, StoreError> {
        let run = self.runs.get(run_id);
        run.ok_or_else(|| StoreError::NotFound(run_id.clone()))
    }

    fn run_mut(&mut self, run_id: &RunId) -> Result<&mut Run, StoreError> {
        let run = self.runs.get_mut(run_id);
        run.ok_or_else(|| StoreError::NotFound(run_id.clone()))
    }

    /// Returns the run of `lease`, which refuses leases that do not hold.
    fn leased(&mut self, lease: &Lease) -> Result<&mut Run, StoreError> {
        self.runs.get_mut(&lease.run_id).ok_or_else(|| fenced(lease))
    }
}
