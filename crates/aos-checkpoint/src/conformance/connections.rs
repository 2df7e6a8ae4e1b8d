//! Several connections to the same data, as several processes have them.

use aos_spec::port::{RunFilter, RunRequest, StoreError};

use super::setting::{Setting, TTL, ended, refused, run_id};

pub(super) async fn all_connections_see_the_same_runs(on: Setting) {
    let owner = on.worker("owner").await;
    let second = on.connect_again().await;
    let lease = on.created("run", &owner).await;
    on.append(&lease, vec![ended(0, "a")]).await;
    assert_eq!(second.loaded("run").await, on.loaded("run").await);
    assert_eq!(second.list(&RunFilter::default()).await[0].owner, Some(owner));
}

pub(super) async fn a_worker_of_another_connection_is_respected(on: Setting) {
    let owner = on.worker("owner").await;
    on.created("run", &owner).await;
    let second = on.connect_again().await;
    let other = second.worker("other").await;
    refused!(
        second.store.acquire(&run_id("run"), &other).await,
        StoreError::Held { owner: holder, .. } if *holder == owner
    );
    refused!(second.store.delete(&run_id("run")).await, StoreError::Held { .. });
}

pub(super) async fn a_takeover_fences_the_other_connection(on: Setting) {
    let owner = on.worker("owner").await;
    let old = on.created("run", &owner).await;
    on.append(&old, vec![ended(0, "a")]).await;
    on.harness.advance(TTL).await;
    let second = on.connect_again().await;
    let other = second.worker("other").await;
    let new = second.acquire("run", &other).await;
    refused!(
        on.store.append(&old, vec![ended(1, "late")]).await,
        StoreError::Fenced { .. }
    );
    second.append(&new, vec![ended(1, "b")]).await;
    assert_eq!(on.loaded("run").await.journal, [ended(0, "a"), ended(1, "b")]);
}

pub(super) async fn a_request_reaches_an_owner_on_another_connection(on: Setting) {
    let owner = on.worker("owner").await;
    on.created("run", &owner).await;
    let second = on.connect_again().await;
    let asked = second.store.request(&run_id("run"), RunRequest::Cancel).await;
    assert!(asked.expect("a known run can be asked"));
    let heard = on.store.heartbeat(&owner, TTL).await;
    let heard = heard.expect("a worker can register");
    assert_eq!(heard, [(run_id("run"), RunRequest::Cancel)]);
}
