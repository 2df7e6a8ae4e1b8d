//! Clocks that do not behave.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SystemClock};
use aos_spec::{
    RunStatus, StepIndex, Timestamp,
    port::{CheckpointStore, CheckpointUpdate, Clock},
};

use crate::support::{InFile, header, worker};

/// Shows what it is told, also earlier moments.
struct Jumping(AtomicI64);

impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

async fn check(clock: &Jumping, store: &dyn CheckpointStore) {
    clock.0.store(1_000, Ordering::SeqCst);
    let header = header("run");
    let lease = store.create(&header, &worker("w")).await.unwrap();
    clock.0.store(10, Ordering::SeqCst);
    let update = CheckpointUpdate {
        expected_version: lease.version,
        status: RunStatus::Paused,
        next_step_index: StepIndex(0),
        last_result_hash: header.spec_hash,
        error: None,
        elapsed_ms: 0,
    };
    store.save(&lease, update).await.unwrap();
    store.acquire(&lease.run_id, &worker("w")).await.unwrap();
    let checkpoint = store.load(&lease.run_id).await.unwrap().unwrap().checkpoint;
    assert_eq!(checkpoint.created_at, Timestamp::from_micros(1_000));
    assert_eq!(checkpoint.updated_at, Timestamp::from_micros(1_000));
}

#[tokio::test]
async fn updated_at_does_not_go_back_with_the_clock() {
    let clock = Arc::new(Jumping(AtomicI64::new(0)));
    check(&clock, &InMemoryCheckpointStore::new(clock.clone())).await;
    let file = InFile::new();
    let options = file.options().clock(clock.clone());
    check(&clock, &SqliteCheckpointStore::open(options).await.unwrap()).await;
}

#[test]
fn the_clock_of_the_machine_shows_the_present() {
    let in_2025 = Timestamp::from_micros(1_735_689_600_000_000);
    let first = SystemClock.now();
    assert!(first > in_2025 && SystemClock.now() >= first, "{first}");
}
