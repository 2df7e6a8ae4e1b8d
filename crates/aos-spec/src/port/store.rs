//! Where runs are kept.

use std::{fmt, future::Future, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::{
    ContentHash, ErrorCode, RunId, RunStatus, StepIndex, Timestamp, WorkerId, WorkflowId,
    journal::{JournalRow, RunError, RunHeader, StoredRun},
};

/// How many runs [`CheckpointStoreExt::list_running`] returns unless told otherwise.
pub const DEFAULT_LIST_LIMIT: usize = 100;

/// Grows with each acquisition of a run; a write with an older token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(
    /// The number itself, from 1.
    pub u64,
);

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The right of one worker to write to one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The run.
    pub run_id: RunId,
    /// Who holds the lease.
    pub worker: WorkerId,
    /// Proves that no later owner exists.
    pub token: FencingToken,
    /// The version of the checkpoint when the lease was taken.
    pub version: u64,
}

/// What somebody else asks of a run that another worker owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunRequest {
    /// Start no further steps and end as `paused`.
    Pause,
    /// End as `cancelled`.
    Cancel,
}

impl RunRequest {
    /// Returns the word for this request in stores and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Cancel => "cancel",
        }
    }
}

/// A change of the checkpoint of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointUpdate {
    /// The version that the caller believes is stored.
    pub expected_version: u64,
    /// The new state. Any but [`RunStatus::Running`] gives the lease back.
    pub status: RunStatus,
    /// The commit frontier.
    pub next_step_index: StepIndex,
    /// The checkpoint hash at the frontier.
    pub last_result_hash: ContentHash,
    /// Why the run did not complete.
    pub error: Option<RunError>,
    /// How long the run has been executing, in milliseconds.
    pub elapsed_ms: u64,
}

/// Which runs to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RunFilter {
    /// Only runs in one of these states; all when empty.
    pub statuses: Vec<RunStatus>,
    /// Only runs of this workflow.
    pub workflow_id: Option<WorkflowId>,
    /// At most this many; the default is [`DEFAULT_LIST_LIMIT`].
    pub limit: Option<usize>,
}

/// One line in a list of runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RunSummary {
    /// The run.
    pub run_id: RunId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The state of the run.
    pub status: RunStatus,
    /// Who owns the run now: the lease holds, so nobody else can resume it.
    pub owner: Option<WorkerId>,
    /// The number of steps that have ended.
    pub steps_ended: usize,
    /// The number of steps of the workflow.
    pub steps_total: usize,
    /// Why the run did not complete.
    pub error_code: Option<ErrorCode>,
    /// When the run was created.
    pub created_at: Timestamp,
    /// When the checkpoint was last written.
    pub updated_at: Timestamp,
}

impl RunSummary {
    /// Returns a line without owner, steps or error.
    #[must_use]
    pub const fn new(
        run_id: RunId,
        workflow_id: WorkflowId,
        status: RunStatus,
        created_at: Timestamp,
    ) -> Self {
        Self {
            run_id,
            workflow_id,
            status,
            owner: None,
            steps_ended: 0,
            steps_total: 0,
            error_code: None,
            created_at,
            updated_at: created_at,
        }
    }
}

/// Keeps runs: a checkpoint for each, and an append-only journal.
///
/// What a method changes is durable when it returns `Ok`. Nothing is ever half done: a method that fails with
/// anything but [`StoreError::Ambiguous`] has changed nothing. Writes of the same lease take effect in the order of their
/// calls, also when the caller does not wait for one before it makes the next; a call is made when its future is first
/// polled.
///
/// A worker exists from its first [`heartbeat`](CheckpointStore::heartbeat) until the time to live given there has
/// passed. A lease holds as long as its worker exists and the run is `running`; a store may know earlier that a worker
/// is gone, for example because the operating system released its lock. Time is that of the store.
///
/// The suite `aos_checkpoint::conformance` checks every clause; each implementation runs it.
#[async_trait]
pub trait CheckpointStore: Send + Sync {
    /// Registers `worker` for the next `ttl`, and returns what was asked of the runs it owns. A request is returned at
    /// each call until the run is given back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the worker is registered or not, and calling again settles it.
    async fn heartbeat(
        &self,
        worker: &WorkerId,
        ttl: Duration,
    ) -> Result<Vec<(RunId, RunRequest)>, StoreError>;

    /// Creates a run in the state `running`, owned by `worker`, which must be registered.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`]; [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the run exists or not; [`load`](CheckpointStore::load) tells which, and the same worker
    /// may acquire it.
    async fn create(&self, header: &RunHeader, worker: &WorkerId) -> Result<Lease, StoreError>;

    /// Takes the lease of a run that has not ended and that no other living worker owns, sets its state to `running`,
    /// and forgets what was asked of it. The token is higher than all before. A worker may acquire a run that it owns.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Held`], [`StoreError::Ended`]; [`StoreError::Unavailable`],
    /// [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the same worker may acquire the run again.
    async fn acquire(&self, run_id: &RunId, worker: &WorkerId) -> Result<Lease, StoreError>;

    /// Appends `rows` to the journal, all or none. A row that is there already with the same hash counts as appended,
    /// so that an answer lost on the way is resolved by asking again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`]; [`StoreError::Conflict`] when a row is there with another hash;
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the rows are appended or not; appending them again settles it.
    async fn append(&self, lease: &Lease, rows: Vec<JournalRow>) -> Result<(), StoreError>;

    /// Writes the checkpoint and returns its new version. Keeps `created_at`, moves `updated_at`. A state other than
    /// `running` gives the lease back. Saving the same update again under the same lease changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`]; [`StoreError::Conflict`] when another version is stored; [`StoreError::Unavailable`],
    /// [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the update is saved or not; saving it again settles it.
    async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> Result<u64, StoreError>;

    /// Returns a run with its whole journal, or `None` when no run has this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a row does not parse, does not match its hash, or is missing from those that the
    /// saved frontier counts; [`StoreError::TooNew`] when a newer version wrote the run; [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    async fn load(&self, run_id: &RunId) -> Result<Option<StoredRun>, StoreError>;

    /// Removes a run and its journal. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Held`] while a living worker owns the run; [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the run is there as a whole or not at all.
    async fn delete(&self, run_id: &RunId) -> Result<bool, StoreError>;

    /// Returns runs, those last written first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    async fn list(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError>;

    /// Asks the owner of a run to pause or cancel it; a cancellation replaces a pause. Returns whether a living worker
    /// owns the run; when not, nothing is changed and the caller may acquire the run itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`]; [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the request stands or not; asking again settles it.
    async fn request(&self, run_id: &RunId, request: RunRequest) -> Result<bool, StoreError>;

    /// Forgets `worker`, so that the runs it owns can be acquired at once.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the worker is forgotten or not.
    async fn retire(&self, worker: &WorkerId) -> Result<(), StoreError>;

    /// Asks the store whether it works: reads from it, and nothing else.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// Conveniences over every [`CheckpointStore`].
pub trait CheckpointStoreExt: CheckpointStore {
    /// Returns at most `limit` runs in the state `running`, whether a living worker owns them or a crashed one did.
    /// [`DEFAULT_LIST_LIMIT`] is the usual limit.
    ///
    /// # Errors
    ///
    /// As [`CheckpointStore::list`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    fn list_running(&self, limit: usize) -> impl Future<Output = Result<Vec<RunSummary>, StoreError>> + Send {
        async move {
            let filter = RunFilter {
                statuses: vec![RunStatus::Running],
                limit: Some(limit),
                ..RunFilter::default()
            };
            self.list(&filter).await
        }
    }
}

impl<S: CheckpointStore + ?Sized> CheckpointStoreExt for S {}
