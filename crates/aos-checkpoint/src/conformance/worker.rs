//! Which workers exist.

use std::time::Duration;

use aos_spec::port::StoreError;

use super::setting::{Setting, TTL, ended, refused, run_id, worker};

const MOMENT: Duration = Duration::from_millis(1);

pub(super) async fn a_worker_exists_until_its_time_to_live_has_passed(on: Setting) {
    let owner = on.worker("owner").await;
    on.created("run", &owner).await;
    on.harness.advance(TTL - MOMENT).await;
    let other = on.worker("other").await;
    refused!(
        on.store.acquire(&run_id("run"), &other).await,
        StoreError::Held { .. }
    );
    on.harness.advance(MOMENT).await;
    on.acquire("run", &other).await;
}

pub(super) async fn a_heartbeat_extends_the_time_to_live(on: Setting) {
    let owner = on.worker("owner").await;
    on.created("run", &owner).await;
    for _ in 0..3 {
        on.harness.advance(TTL - MOMENT).await;
        on.worker("owner").await;
    }
    let other = on.worker("other").await;
    refused!(
        on.store.acquire(&run_id("run"), &other).await,
        StoreError::Held { .. }
    );
}

pub(super) async fn a_heartbeat_brings_an_expired_worker_back(on: Setting) {
    let owner = on.worker("owner").await;
    let lease = on.created("run", &owner).await;
    on.harness.advance(TTL * 2).await;
    on.worker("owner").await;
    let other = on.worker("other").await;
    refused!(
        on.store.acquire(&run_id("run"), &other).await,
        StoreError::Held { .. }
    );
    on.append(&lease, vec![ended(0, "a")]).await;
}

pub(super) async fn a_heartbeat_does_not_bring_back_a_run_that_was_taken_over(on: Setting) {
    let slow = on.worker("slow").await;
    let lease = on.created("run", &slow).await;
    on.harness.advance(TTL).await;
    let quick = on.worker("quick").await;
    on.acquire("run", &quick).await;
    on.worker("slow").await;
    refused!(
        on.store.append(&lease, vec![ended(0, "a")]).await,
        StoreError::Fenced { .. }
    );
    refused!(
        on.store.acquire(&run_id("run"), &slow).await,
        StoreError::Held { owner, .. } if *owner == quick
    );
}

pub(super) async fn the_runs_of_a_retired_worker_can_be_acquired_at_once(on: Setting) {
    let owner = on.worker("owner").await;
    let other = on.worker("other").await;
    on.created("one", &owner).await;
    on.created("two", &owner).await;
    on.store.retire(&owner).await.expect("a worker can retire");
    for run in ["one", "two"] {
        on.acquire(run, &other).await;
    }
}

pub(super) async fn retiring_an_unknown_worker_succeeds(on: Setting) {
    for _ in 0..2 {
        on.store
            .retire(&worker("unknown"))
            .await
            .expect("there is nothing to forget");
    }
}

pub(super) async fn a_worker_that_never_registered_owns_nothing(on: Setting) {
    on.created("run", &worker("unknown")).await;
    let other = on.worker("other").await;
    on.acquire("run", &other).await;
}

pub(super) async fn the_store_answers_a_ping(on: Setting) {
    on.store.ping().await.expect("the store works");
}
