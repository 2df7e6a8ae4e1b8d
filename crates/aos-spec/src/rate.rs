//! Rates as pure rules: the generic cell rate algorithm.
//!
//! Source: ITU-T Recommendation I.371, "Traffic control and congestion control in B-ISDN", annex A, in its form of virtual
//! scheduling: one moment per key says when the next request is due.

use std::time::Duration;

use crate::Timestamp;

/// How often something may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// What is counted, such as `skill/http_call`.
    pub key: String,
    /// The time between two requests in the long run.
    pub interval: Duration,
    /// How many requests may come at once after a quiet time; at least 1.
    pub burst: u32,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateAnswer {
    /// It counts, and may happen after this wait.
    Granted {
        /// Zero when it may happen now.
        wait: Duration,
    },
    /// It would have to wait for too long, and does not count.
    Limited {
        /// The limit.
        key: String,
        /// When it would be due.
        retry_after: Duration,
    },
}

impl RateLimit {
    /// Returns how long a request that comes `now` must wait, and when the next one is due. `due` is when the request
    /// itself is due; `None` when there was none before.
    #[must_use]
    pub fn next(&self, due: Option<Timestamp>, now: Timestamp) -> (Duration, Timestamp) {
        let due = due.map_or(now, |due| due.max(now));
        let tolerance = self.interval.saturating_mul(self.burst.saturating_sub(1));
        let wait = due.saturating_since(now).saturating_sub(tolerance);
        (wait, due.saturating_add(self.interval))
    }
}

/// Decides about a request to which all of `limits` apply, each with the moment when it is due, and returns the answer with
/// the moments when the next one is.
#[must_use]
pub fn take(
    limits: &[(&RateLimit, Option<Timestamp>)],
    now: Timestamp,
    max_wait: Duration,
) -> (RateAnswer, Vec<Timestamp>) {
    let next: Vec<_> = limits
        .iter()
        .map(|(limit, due)| (limit.next(*due, now), *limit))
        .collect();
    let Some(((wait, _), slowest)) = next.iter().max_by_key(|((wait, _), _)| *wait) else {
        return (RateAnswer::Granted { wait: Duration::ZERO }, Vec::new());
    };
    if *wait > max_wait {
        let (key, retry_after) = (slowest.key.clone(), *wait);
        return (RateAnswer::Limited { key, retry_after }, Vec::new());
    }
    (
        RateAnswer::Granted { wait: *wait },
        next.iter().map(|((_, due), _)| *due).collect(),
    )
}
