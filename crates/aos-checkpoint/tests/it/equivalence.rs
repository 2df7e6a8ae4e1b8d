//! The store in a file answers every sequence of calls as the store in memory does.

use std::{fmt::Debug, sync::Arc, time::Duration};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore};
use aos_spec::{
    RunStatus, StepIndex,
    journal::{JournalRow, RowKind, checkpoint_hash},
    port::{CheckpointStore, CheckpointUpdate, Lease, RunFilter, RunRequest, StoreError},
};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::support::{InFile, InMemory, body_row, header, run_id, worker};

/// A call of both stores. Runs and workers are few, so that calls meet; leases are counted back from the latest.
#[derive(Debug, Clone)]
enum Call {
    Heartbeat(u8, u64),
    Create(u8, u8),
    Acquire(u8, u8),
    /// Writes that do not wait for each other.
    Burst(Vec<Write>),
    Load(u8),
    Delete(u8),
    List(Vec<RunStatus>, Option<usize>),
    Request(u8, RunRequest),
    Retire(u8),
    Advance(u64),
}

#[derive(Debug, Clone)]
enum Write {
    Append(usize, Vec<JournalRow>),
    Save(usize, u64, RunStatus, u32),
}

fn a_row() -> impl Strategy<Value = JournalRow> {
    let kinds = vec![
        (RowKind::Started, 1),
        (RowKind::Failed, 1),
        (RowKind::Ended, 0),
        (RowKind::Ended, 0),
    ];
    // Mostly one body for each row, so that rows are repeated more often than contradicted.
    (
        0..4_u32,
        select(kinds),
        prop_oneof![9 => Just("same"), 1 => Just("other")],
    )
        .prop_map(|(step, (kind, attempt), body)| {
            let mut row = body_row(step, format!("\"{body}\""));
            row.kind = kind;
            row.attempt = attempt;
            row
        })
}

fn a_write() -> impl Strategy<Value = Write> {
    let statuses = vec![
        RunStatus::Running,
        RunStatus::Running,
        RunStatus::Paused,
        RunStatus::Completed,
    ];
    prop_oneof![
        3 => (0..3_usize, vec(a_row(), 0..4)).prop_map(|(lease, rows)| Write::Append(lease, rows)),
        1 => (0..3_usize, 0..3_u64, select(statuses), 0..3_u32)
            .prop_map(|(lease, ahead, status, frontier)| Write::Save(lease, ahead, status, frontier)),
    ]
}

fn a_call() -> impl Strategy<Value = Call> {
    let requests = select(vec![RunRequest::Pause, RunRequest::Cancel]);
    prop_oneof![
        2 => (0..3_u8, 1..20_u64).prop_map(|(worker, ttl)| Call::Heartbeat(worker, ttl)),
        3 => (0..3_u8, 0..3_u8).prop_map(|(run, worker)| Call::Create(run, worker)),
        3 => (0..3_u8, 0..3_u8).prop_map(|(run, worker)| Call::Acquire(run, worker)),
        8 => vec(a_write(), 1..5).prop_map(Call::Burst),
        2 => (0..3_u8).prop_map(Call::Load),
        1 => (0..3_u8).prop_map(Call::Delete),
        1 => (vec(select(RunStatus::ALL.to_vec()), 0..3), proptest::option::of(0..3_usize))
            .prop_map(|(statuses, limit)| Call::List(statuses, limit)),
        1 => (0..3_u8, requests).prop_map(|(run, request)| Call::Request(run, request)),
        1 => (0..3_u8).prop_map(Call::Retire),
        1 => (1..10_u64).prop_map(Call::Advance),
    ]
}

struct Both {
    memory: InMemory,
    file: InFile,
    model: InMemoryCheckpointStore,
    store: Arc<SqliteCheckpointStore>,
    leases: Vec<Lease>,
}

impl Both {
    async fn new() -> Self {
        let (memory, file) = (InMemory::new(), InFile::new());
        let (model, store) = (memory.store.clone(), Arc::new(file.open().await));
        Self {
            memory,
            file,
            model,
            store,
            leases: Vec::new(),
        }
    }

    async fn call(&mut self, call: Call) {
        let (model, store) = (&self.model, &*self.store);
        let run = |run: u8| run_id(&format!("run-{run}"));
        let worker = |name: u8| worker(&format!("w-{name}"));
        match call {
            Call::Heartbeat(name, ttl) => {
                let (worker, ttl) = (worker(name), Duration::from_millis(ttl));
                same(
                    model.heartbeat(&worker, ttl).await,
                    store.heartbeat(&worker, ttl).await,
                );
            }
            Call::Create(number, name) => {
                let (header, worker) = (header(run(number).as_str()), worker(name));
                let lease = same(
                    model.create(&header, &worker).await,
                    store.create(&header, &worker).await,
                );
                self.leases.extend(lease);
            }
            Call::Acquire(number, name) => {
                let (run, worker) = (run(number), worker(name));
                let lease = same(
                    model.acquire(&run, &worker).await,
                    store.acquire(&run, &worker).await,
                );
                self.leases.extend(lease);
            }
            Call::Burst(writes) => self.burst(writes).await,
            Call::Load(number) => {
                same(model.load(&run(number)).await, store.load(&run(number)).await);
            }
            Call::Delete(number) => {
                same(model.delete(&run(number)).await, store.delete(&run(number)).await);
            }
            Call::List(statuses, limit) => {
                let mut filter = RunFilter::default();
                filter.statuses = statuses;
                filter.limit = limit;
                same(model.list(&filter).await, store.list(&filter).await);
            }
            Call::Request(number, request) => {
                let run = run(number);
                same(
                    model.request(&run, request).await,
                    store.request(&run, request).await,
                );
            }
            Call::Retire(name) => {
                let worker = worker(name);
                same(model.retire(&worker).await, store.retire(&worker).await);
            }
            Call::Advance(by) => {
                self.memory.clock.advance(Duration::from_millis(by));
                self.file.clock.advance(Duration::from_millis(by));
            }
        }
    }

    /// Makes all calls of the store in a file before it waits for any; those in memory are answered at once.
    async fn burst(&self, writes: Vec<Write>) {
        let lease = |back: usize| {
            let position = self.leases.len().checked_sub(1 + back)?;
            self.leases.get(position).cloned()
        };
        let mut answers = Vec::new();
        for write in writes {
            let store = Arc::clone(&self.store);
            match write {
                Write::Append(back, rows) => {
                    let Some(lease) = lease(back) else { continue };
                    let expected = self.model.append(&lease, rows.clone()).await.map(|()| 0);
                    let answer = tokio::spawn(async move { store.append(&lease, rows).await.map(|()| 0) });
                    answers.push((expected, answer));
                }
                Write::Save(back, ahead, status, frontier) => {
                    let Some(lease) = lease(back) else { continue };
                    let update = update(&lease, ahead, status, frontier);
                    let expected = self.model.save(&lease, update.clone()).await;
                    let answer = tokio::spawn(async move { store.save(&lease, update).await });
                    answers.push((expected, answer));
                }
            }
        }
        for (expected, answer) in answers {
            same(expected, answer.await.unwrap());
        }
    }
}

fn update(lease: &Lease, ahead: u64, status: RunStatus, frontier: u32) -> CheckpointUpdate {
    let hashes = (0..frontier).map(|step| body_row(step, "\"same\"".into()).hash);
    CheckpointUpdate {
        expected_version: lease.version + ahead,
        status,
        next_step_index: StepIndex(frontier),
        last_result_hash: checkpoint_hash(header("any").spec_hash, hashes),
        error: None,
        elapsed_ms: ahead,
    }
}

/// Asserts that both stores gave the same answer, word for word, and returns it.
#[track_caller]
fn same<T: Debug>(model: Result<T, StoreError>, store: Result<T, StoreError>) -> Option<T> {
    assert_eq!(format!("{model:?}"), format!("{store:?}"));
    store.ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_store_in_a_file_answers_as_the_model_does(calls in vec(a_call(), 1..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut both = Both::new().await;
            for call in calls {
                both.call(call).await;
            }
            for run in 0..3 {
                both.call(Call::Load(run)).await;
            }
            both.call(Call::List(Vec::new(), None)).await;
            both.store.close().await;
        });
    }
}
