//! When a failed attempt is tried again: a pure function of code, seed and attempt.

use std::time::Duration;

use crate::{Effect, ErrorCode, Seed, StepDescriptor, StepFailure};

/// The longest wait between two attempts, unless the other side asked for a longer one.
pub const MAX_BACKOFF: Duration = Duration::from_secs(300);

/// The longest wait that the other side may ask for.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Returns how many retries a step may make after failures of `code`: what the step asks for, and no more than the
/// table of codes allows. A skill that must not be repeated is never retried.
#[must_use]
pub fn allowed_retries(step: &StepDescriptor, effect: Effect, code: ErrorCode) -> u32 {
    if step.retry && effect != Effect::Once {
        step.max_retries.min(code.info().max_retries)
    } else {
        0
    }
}

/// Returns the wait before the attempt that follows the failed one, or `None` when there is none.
///
/// `attempt` is the number of the attempt that failed, from 1; `seed` is that of the step.
#[must_use]
pub fn next_delay(
    step: &StepDescriptor,
    effect: Effect,
    failure: &StepFailure,
    seed: Seed,
    attempt: u32,
) -> Option<Duration> {
    if attempt > allowed_retries(step, effect, failure.code) {
        return None;
    }
    let delay = backoff(failure.code.info().backoff_base, seed, attempt);
    let asked = failure.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    Some(delay.max(asked))
}

/// Returns the exponential backoff with jitter after attempt number `attempt`: between half of and all of
/// `base * 2^(attempt - 1)`, at most [`MAX_BACKOFF`], to the millisecond.
///
/// Source: "equal jitter" in Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015; the
/// randomness is that of `seed`, so that a run that is executed again waits as long again.
#[must_use]
pub fn backoff(base: Duration, seed: Seed, attempt: u32) -> Duration {
    let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    let full = u64::try_from(base.saturating_mul(factor).min(MAX_BACKOFF).as_millis()).unwrap_or(u64::MAX);
    let half = full / 2;
    let jitter = seed.stream("retry", u64::from(attempt)).0 % (full - half + 1);
    Duration::from_millis(half + jitter)
}
