//! Clauses about idempotency keys.

use aos_spec::{
    ContentHash,
    port::{KeyAnswer, KeyClaim},
};

use super::setting::{Setting, run_id};

fn claim(run: &str, key: &str, request: &str) -> KeyClaim {
    KeyClaim {
        owner: None,
        key: key.into(),
        request: ContentHash::of_bytes(request.as_bytes()),
        run_id: run_id(run),
        step_id: "first".parse().expect("a step"),
    }
}

impl Setting {
    async fn claim(&self, claim: &KeyClaim) -> KeyAnswer {
        self.policy.claim(claim).await.expect("keys can be claimed")
    }
}

pub(super) async fn a_key_stands_for_the_request_that_came_first(setting: Setting) {
    assert_eq!(
        setting.claim(&claim("one", "k", "pay 5")).await,
        KeyAnswer::Granted
    );
    let KeyAnswer::Taken(used) = setting.claim(&claim("two", "k", "pay 6")).await else {
        panic!("the key was given to another request")
    };
    assert_eq!((used.run_id.as_str(), used.step_id.as_str()), ("one", "first"));
    assert_eq!(
        setting.claim(&claim("two", "K", "pay 6")).await,
        KeyAnswer::Granted,
        "another key"
    );
}

pub(super) async fn the_same_request_may_claim_its_key_again_from_any_run(setting: Setting) {
    let first = claim("one", "k\u{0}'\"é", "pay 5");
    for _ in 0..2 {
        assert_eq!(setting.claim(&first).await, KeyAnswer::Granted);
    }
    let again = KeyClaim {
        run_id: run_id("two"),
        step_id: "other".parse().expect("a step"),
        ..first
    };
    let other = setting.connect_again().await;
    assert_eq!(other.claim(&again).await, KeyAnswer::Granted);
}

pub(super) async fn each_owner_has_keys_of_its_own(setting: Setting) {
    let owners = [None, Some("tenant/t"), Some("agent/t")];
    for (owner, request) in owners.into_iter().zip(["one", "two", "three"]) {
        let owned = KeyClaim {
            owner: owner.map(|owner| owner.parse().expect("an account")),
            ..claim("run", "k", request)
        };
        assert_eq!(setting.claim(&owned).await, KeyAnswer::Granted, "{owner:?}");
        let other = KeyClaim {
            request: ContentHash::of_bytes(b"other"),
            ..owned
        };
        assert!(
            matches!(setting.claim(&other).await, KeyAnswer::Taken(_)),
            "{owner:?}"
        );
    }
}

pub(super) async fn a_key_outlives_the_run_that_used_it(setting: Setting) {
    let worker = setting.worker("one").await;
    setting.created("run", &worker).await;
    assert_eq!(
        setting.claim(&claim("run", "k", "pay 5")).await,
        KeyAnswer::Granted
    );
    setting
        .store
        .retire(&worker)
        .await
        .expect("a worker can be retired");
    assert!(
        setting
            .store
            .delete(&run_id("run"))
            .await
            .expect("it can be deleted")
    );
    assert!(matches!(
        setting.claim(&claim("run", "k", "pay 6")).await,
        KeyAnswer::Taken(_)
    ));
}

pub(super) async fn of_many_requests_that_claim_a_key_at_once_one_gets_it(setting: Setting) {
    let other = setting.connect_again().await;
    let mut claiming = tokio::task::JoinSet::new();
    for number in 0..16 {
        let policy = if number % 2 == 0 {
            &setting.policy
        } else {
            &other.policy
        };
        let (policy, claim) = (
            std::sync::Arc::clone(policy),
            claim(&format!("run-{number}"), "k", &format!("pay {number}")),
        );
        claiming.spawn(async move { policy.claim(&claim).await.expect("keys can be claimed") });
    }
    let answers = claiming.join_all().await;
    let n_granted = answers
        .iter()
        .filter(|answer| **answer == KeyAnswer::Granted)
        .count();
    assert_eq!(n_granted, 1, "{answers:?}");
}
