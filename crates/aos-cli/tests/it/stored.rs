//! Runs put into a store directly, in states that no workflow of ours reaches by itself.

use std::{sync::Arc, time::Duration};

use aos_checkpoint::{Store, StoreUrl, SystemClock};
use aos_spec::{
    ErrorCode, RunId, RunStatus, Seed, StepIndex, WorkerId, WorkflowPlan,
    journal::{JournalEntry, RunError, RunHeader},
    port::CheckpointUpdate,
};
use serde_json::Map;

use crate::support::Desk;

/// A run of two steps, of which the first began an effect that must not be repeated.
const CHARGE: &str = r#"{
    "id": "charge",
    "steps": [
        { "id": "pay", "skill_id": "noop" },
        { "id": "thank", "skill_id": "echo", "inputs": { "receipt": "${pay}" } }
    ]
}"#;

/// Stores a run in this state; a suspended one waits for a decision on its step `pay`.
pub(crate) fn put(desk: &Desk, run_id: &str, status: RunStatus, error: Option<ErrorCode>) {
    with_store(desk, async |store| {
        let store = store.port();
        let worker = WorkerId::new("test").unwrap();
        store.heartbeat(&worker, Duration::from_secs(60)).await.unwrap();
        let plan = WorkflowPlan::new(serde_json::from_str(CHARGE).unwrap()).unwrap();
        let header = RunHeader::new(RunId::new(run_id).unwrap(), &plan, Seed(1), Map::new());
        let lease = store.create(&header, &worker).await.unwrap();
        if status == RunStatus::Suspended {
            let row = JournalEntry::Started { attempt: 1 }
                .to_row(StepIndex(0), 0)
                .unwrap();
            store.append(&lease, vec![row]).await.unwrap();
        }
        let update = CheckpointUpdate {
            expected_version: lease.version,
            status,
            next_step_index: StepIndex(0),
            last_result_hash: plan.hash(),
            error: error
                .map(|code| RunError::new(code, "put there by a test").at_step("pay".parse().unwrap())),
            elapsed_ms: 5,
        };
        store.save(&lease, update).await.unwrap();
        store.retire(&worker).await.unwrap();
    });
}

/// Keeps a run owned by a living worker while `work` is done.
pub(crate) fn while_owned(desk: &Desk, run_id: &str, work: impl FnOnce()) {
    with_store(desk, async |store| {
        let store = store.port();
        let worker = WorkerId::new("test").unwrap();
        store.heartbeat(&worker, Duration::from_secs(60)).await.unwrap();
        store
            .acquire(&RunId::new(run_id).unwrap(), &worker)
            .await
            .unwrap();
        work();
        store.retire(&worker).await.unwrap();
    });
}

fn with_store(desk: &Desk, work: impl AsyncFnOnce(&Store)) {
    let path = desk.path(".aos/aos.db");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(&StoreUrl::Sqlite(path), Arc::new(SystemClock))
            .await
            .unwrap();
        work(&store).await;
        store.close().await;
    });
}
