//! Clauses about the emergency stop.

use aos_spec::port::{StopScope, SwitchState};

use super::setting::Setting;

impl Setting {
    async fn switch(&self) -> SwitchState {
        self.policy.read().await.expect("the switch can be read")
    }

    async fn stop(&self, scope: &StopScope, reason: &str) -> u64 {
        self.policy.stop(scope, reason).await.expect("it can be stopped")
    }

    async fn release(&self, scope: &StopScope) -> bool {
        self.policy
            .release(scope, "over")
            .await
            .expect("it can be released")
    }
}

fn agent() -> StopScope {
    "agent/a".parse().expect("a scope")
}

pub(super) async fn a_stop_stays_on_until_it_is_released(setting: Setting) {
    assert_eq!(setting.switch().await, SwitchState::default());
    setting.stop(&StopScope::All, "fire").await;
    setting.stop(&agent(), "loops").await;
    let state = setting.switch().await;
    let orders: Vec<_> = state
        .orders
        .iter()
        .map(|order| (order.scope.to_string(), &*order.reason))
        .collect();
    assert_eq!(orders, [("all".into(), "fire"), ("agent/a".into(), "loops")]);
    assert!(setting.release(&StopScope::All).await);
    assert!(!setting.release(&StopScope::All).await, "it was not on");
    let state = setting.switch().await;
    assert_eq!((state.orders.len(), &state.orders[0].scope), (1, &agent()));
}

pub(super) async fn the_switch_counts_its_changes(setting: Setting) {
    assert_eq!(setting.stop(&StopScope::All, "fire").await, 1);
    assert_eq!(setting.stop(&agent(), "loops").await, 2);
    assert_eq!(setting.stop(&agent(), "again").await, 2, "it was on already");
    assert!(setting.release(&StopScope::All).await);
    let state = setting.switch().await;
    assert_eq!((state.generation, state.orders[0].generation), (3, 2));
    assert_eq!(&*state.orders[0].reason, "loops");
}

pub(super) async fn all_connections_see_the_switch(setting: Setting) {
    let other = setting.connect_again().await;
    setting.stop(&agent(), "loops").await;
    assert_eq!(other.switch().await, setting.switch().await);
    assert!(other.release(&agent()).await);
    assert_eq!(setting.switch().await.orders, []);
}
