//! What the clauses are made of: a store in its deployment, and short ways to make workers, runs and rows.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use aos_spec::{
    ContentHash, ErrorCode, RunId, RunStatus, Seed, StepDescriptor, StepIndex, WorkerId, WorkflowPlan,
    WorkflowSpec,
    journal::{JournalRow, RowKind, RunError, RunHeader, StoredRun, checkpoint_hash},
    port::{CheckpointStore, CheckpointUpdate, Lease, PolicyStore, RunFilter, RunSummary, StoreError},
};
use serde_json::{Map, json};

use super::{Connection, Harness};

/// How long workers live that [`Setting::worker`] registers.
pub(super) const TTL: Duration = Duration::from_secs(10);

/// A store in its deployment.
pub(super) struct Setting {
    pub(super) harness: Arc<dyn Harness>,
    pub(super) store: Arc<dyn CheckpointStore>,
    pub(super) policy: Arc<dyn PolicyStore>,
}

impl Setting {
    pub(super) async fn new(harness: Arc<dyn Harness>) -> Self {
        let Connection { runs, policy } = harness.connect().await;
        Self {
            harness,
            store: runs,
            policy,
        }
    }

    /// Connects to the same data once more, as another process does.
    pub(super) async fn connect_again(&self) -> Self {
        Self::new(Arc::clone(&self.harness)).await
    }

    /// Registers a worker for [`TTL`].
    pub(super) async fn worker(&self, name: &str) -> WorkerId {
        let worker = worker(name);
        let requests = self.store.heartbeat(&worker, TTL).await;
        requests.expect("a worker can register");
        worker
    }

    /// Creates a run.
    pub(super) async fn created(&self, run: &str, worker: &WorkerId) -> Lease {
        let lease = self.store.create(&header(run), worker).await;
        lease.expect("a new run can be created")
    }

    /// Acquires a run that nobody else holds.
    pub(super) async fn acquire(&self, run: &str, worker: &WorkerId) -> Lease {
        let lease = self.store.acquire(&run_id(run), worker).await;
        lease.expect("a run that nobody else holds can be acquired")
    }

    /// Appends rows that nothing speaks against.
    pub(super) async fn append(&self, lease: &Lease, rows: Vec<JournalRow>) {
        let appended = self.store.append(lease, rows).await;
        appended.expect("rows can be appended while the lease holds");
    }

    /// Saves an update that nothing speaks against.
    pub(super) async fn save(&self, lease: &Lease, update: CheckpointUpdate) -> u64 {
        let version = self.store.save(lease, update).await;
        version.expect("a checkpoint can be saved while the lease holds")
    }

    /// Lists runs.
    pub(super) async fn list(&self, filter: &RunFilter) -> Vec<RunSummary> {
        self.store.list(filter).await.expect("runs can be listed")
    }

    /// Loads a run that is there.
    pub(super) async fn loaded(&self, run: &str) -> StoredRun {
        let found = self.store.load(&run_id(run)).await;
        found.expect("a run can be loaded").expect("the run is there")
    }

    /// Ends or interrupts a run, with the first save under `lease`.
    pub(super) async fn end(&self, lease: &Lease, status: RunStatus) {
        let run = self.loaded(lease.run_id.as_str()).await;
        let update = update(lease.version, status, &run.journal);
        self.store
            .save(lease, update)
            .await
            .expect("the run can be given back");
    }
}

/// Returns a worker that is not registered.
pub(super) fn worker(name: &str) -> WorkerId {
    name.parse().expect("a valid worker id")
}

pub(super) fn run_id(run: &str) -> RunId {
    run.parse().expect("a valid run id")
}

/// Returns the header of a run of a workflow of three steps.
pub(super) fn header(run: &str) -> RunHeader {
    header_of("workflow", run)
}

/// As [`header`], of the workflow with this id.
pub(super) fn header_of(workflow: &str, run: &str) -> RunHeader {
    let step = |id: &str| StepDescriptor::new(id.parse().expect("a step"), "noop".parse().expect("a skill"));
    let steps = ["first", "second", "third"].map(step).to_vec();
    let spec = WorkflowSpec::new(workflow.parse().expect("a valid workflow id"), steps);
    let plan = WorkflowPlan::new(spec).expect("a valid workflow");
    RunHeader::new(run_id(run), &plan, Seed(7), Map::new())
}

/// Returns the row for the end of `step` with `answer`.
pub(super) fn ended(step: u32, answer: &str) -> JournalRow {
    row(step, RowKind::Ended, 0, answer)
}

/// Returns a row of any kind.
pub(super) fn row(step: u32, kind: RowKind, attempt: u32, answer: &str) -> JournalRow {
    let body = json!({ "output": answer }).to_string();
    JournalRow {
        step: StepIndex(step),
        kind,
        attempt,
        hash: ContentHash::of_bytes(body.as_bytes()),
        body,
        duration_ms: 5,
        elapsed_ms: u64::from(step) * 10,
    }
}

/// Returns the update to `status` of a run whose journal holds the ends of its first steps, all of them committed.
pub(super) fn update(expected_version: u64, status: RunStatus, journal: &[JournalRow]) -> CheckpointUpdate {
    let (next_step_index, last_result_hash) = frontier(journal);
    CheckpointUpdate {
        expected_version,
        status,
        next_step_index,
        last_result_hash,
        error: None,
        elapsed_ms: 30,
    }
}

/// Returns the frontier after `journal`, which holds the ends of the first steps.
pub(super) fn frontier(journal: &[JournalRow]) -> (StepIndex, ContentHash) {
    let spec_hash = header("any").spec_hash;
    let hashes = journal.iter().map(|row| row.hash);
    (
        StepIndex::from_usize(journal.len()),
        checkpoint_hash(spec_hash, hashes),
    )
}

/// Returns why a run did not complete.
pub(super) fn failed() -> RunError {
    RunError::new(ErrorCode::StepFailed, "it broke \u{0} \"here\"")
        .at_step("second".parse().expect("a step"))
        .with_details(Some(
            json!({ "numbers": [1, 2.5, -3], "nested": { "null": null } }),
        ))
}

/// A call of a store that nobody has waited for.
pub(super) type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Makes all calls in this order before it waits for any of them, and returns their answers.
pub(super) async fn in_one_go<T>(calls: Vec<Call<'_, T>>) -> Vec<Result<T, StoreError>> {
    let mut calls: Vec<_> = calls.into_iter().map(begun).collect();
    let mut answers = Vec::new();
    for call in calls.drain(..) {
        answers.push(match call {
            Ok(answer) => answer,
            Err(call) => call.await,
        });
    }
    answers
}

/// Polls `call` once. Returns its answer, or the call when it is still waiting; dropping that is how a caller gives up.
pub(super) fn begun<F: Future + Unpin>(mut call: F) -> Result<F::Output, F> {
    match Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(call),
    }
}

/// Asserts that a call was refused with an error of the given form.
macro_rules! refused {
    ($call:expr, $error:pat $(if $guard:expr)?) => {
        let outcome = $call;
        assert!(
            matches!(&outcome, Err($error) $(if $guard)?),
            "expected {}, got {outcome:?}",
            stringify!($error)
        );
    };
}
pub(super) use refused;
