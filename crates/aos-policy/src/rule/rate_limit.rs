//! How often something may happen.

use std::time::Duration;

use aos_spec::{
    ErrorCode,
    port::RateGate,
    rate::{RateAnswer, RateLimit},
};

use super::{Rule, View};
use crate::{Hit, RateRule, WhenLimited};

/// Takes a place in the rates that apply to the step, and returns how long it must wait.
pub(crate) async fn check(view: View<'_>, gate: &dyn RateGate) -> Result<Duration, Hit> {
    let rules = view.config.rate_limits.iter();
    let applying: Vec<_> = rules
        .filter_map(|rule| Some((key_of(rule, view)?, rule)))
        .collect();
    let Some(max_wait) = applying.iter().map(|(_, rule)| max_wait(rule)).min() else {
        return Ok(Duration::ZERO);
    };
    let limits: Vec<_> = applying.into_iter().map(|(key, rule)| limit(key, rule)).collect();
    match gate.take(&limits, max_wait).await {
        Ok(RateAnswer::Granted { wait }) => Ok(wait),
        Ok(RateAnswer::Limited { key, retry_after }) => {
            let (late, most) = (retry_after.as_secs_f64(), max_wait.as_secs_f64());
            let message = format!(
                "the rate of `{key}` is used up: the step would wait {late:.3} s, and at most {most} s are allowed"
            );
            Err(Hit::violation(Rule::RateLimit, ErrorCode::RateLimited, message))
        }
        Err(error) => {
            let message = format!("the rates cannot be reached: {error}");
            Err(Hit::violation(
                Rule::RateLimit,
                ErrorCode::PolicyViolation,
                message,
            ))
        }
    }
}

/// Says which rates the step counts against.
pub(crate) fn explain(view: View<'_>) -> String {
    let rules = view.config.rate_limits.iter();
    let rates = rules.filter_map(|rule| {
        let then = match rule.when_limited {
            WhenLimited::Wait => format!("it waits at most {} s", rule.max_wait_seconds),
            WhenLimited::Fail => "it is refused".into(),
        };
        Some(format!("{}, beyond which {then}", key_of(rule, view)?))
    });
    let rates: Vec<_> = rates.collect();
    if rates.is_empty() {
        return "no rate applies to the step".into();
    }
    format!("the step counts against {}", rates.join("; "))
}

/// Whether any rate applies to the step.
pub(crate) fn applies(view: View<'_>) -> bool {
    let mut rules = view.config.rate_limits.iter();
    rules.any(|rule| key_of(rule, view).is_some())
}

/// Returns what `rule` counts the step under, if it applies. The number of requests is part of it, so that two rules about
/// the same thing count apart.
fn key_of(rule: &RateRule, view: View<'_>) -> Option<String> {
    let (scope, pattern, id) = match (&rule.skill, &rule.agent, &rule.workflow) {
        (Some(pattern), ..) => ("skill", pattern, view.step.skill_id.as_str()),
        (_, Some(pattern), _) => ("agent", pattern, view.agent_id?.as_str()),
        (.., Some(pattern)) => ("workflow", pattern, view.context.spec.id.as_str()),
        (None, None, None) => return None,
    };
    let (requests, seconds) = (rule.requests, rule.per_seconds);
    (pattern == "*" || pattern == id).then(|| format!("{scope}/{id} {requests} in {seconds} s"))
}

fn limit(key: String, rule: &RateRule) -> RateLimit {
    // Rounded up, so that the rate is never exceeded.
    let micros = (u64::from(rule.per_seconds) * 1_000_000).div_ceil(u64::from(rule.requests.max(1)));
    RateLimit {
        key,
        interval: Duration::from_micros(micros),
        burst: rule.burst,
    }
}

fn max_wait(rule: &RateRule) -> Duration {
    match rule.when_limited {
        WhenLimited::Wait => Duration::from_secs(rule.max_wait_seconds.into()),
        WhenLimited::Fail => Duration::ZERO,
    }
}
