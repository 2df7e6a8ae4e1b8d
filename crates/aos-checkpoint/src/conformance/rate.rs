//! Clauses about rates.

use std::time::Duration;

use aos_spec::rate::{RateAnswer, RateLimit};

use super::setting::Setting;

fn limit(key: &str, seconds: u64, burst: u32) -> RateLimit {
    RateLimit {
        key: key.into(),
        interval: Duration::from_secs(seconds),
        burst,
    }
}

fn granted(wait: u64) -> RateAnswer {
    RateAnswer::Granted {
        wait: Duration::from_secs(wait),
    }
}

impl Setting {
    async fn take(&self, limits: &[RateLimit], max_wait: u64) -> RateAnswer {
        let answer = self.policy.take(limits, Duration::from_secs(max_wait)).await;
        answer.expect("rates are counted")
    }
}

pub(super) async fn a_rate_grants_its_burst_at_once_and_then_lets_wait(setting: Setting) {
    let limits = [limit("skill/x", 1, 2)];
    assert_eq!(setting.take(&limits, 0).await, granted(0));
    assert_eq!(setting.take(&limits, 0).await, granted(0));
    let limited = RateAnswer::Limited {
        key: "skill/x".into(),
        retry_after: Duration::from_secs(1),
    };
    assert_eq!(setting.take(&limits, 0).await, limited, "and it does not count");
    assert_eq!(setting.take(&limits, 5).await, granted(1));
    assert_eq!(setting.take(&limits, 5).await, granted(2));
    setting.harness.advance(Duration::from_secs(10)).await;
    assert_eq!(setting.take(&limits, 0).await, granted(0));
}

pub(super) async fn a_request_counts_against_all_of_its_rates_or_none(setting: Setting) {
    let (slow, quick) = (limit("agent/a", 60, 1), limit("skill/x", 1, 1));
    assert_eq!(setting.take(std::slice::from_ref(&slow), 0).await, granted(0));
    let both = [quick.clone(), slow];
    assert!(matches!(
        setting.take(&both, 5).await,
        RateAnswer::Limited { key, .. } if key == "agent/a"
    ));
    assert_eq!(setting.take(&[quick], 0).await, granted(0));
}

pub(super) async fn all_connections_share_a_rate(setting: Setting) {
    let other = setting.connect_again().await;
    let limits = [limit("workflow/w", 1, 1)];
    assert_eq!(setting.take(&limits, 9).await, granted(0));
    assert_eq!(other.take(&limits, 9).await, granted(1));
    assert_eq!(setting.take(&limits, 9).await, granted(2));
}
