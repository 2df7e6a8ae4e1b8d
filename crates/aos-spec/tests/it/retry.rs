//! Retries: who gets them, and how long they wait.

use std::time::Duration;

use aos_spec::{
    Effect, ErrorCode, Seed, StepDescriptor, StepFailure,
    retry::{MAX_BACKOFF, MAX_RETRY_AFTER, allowed_retries, backoff, next_delay},
};
use proptest::prelude::*;

fn step() -> StepDescriptor {
    StepDescriptor::new("a".parse().unwrap(), "noop".parse().unwrap())
}

#[track_caller]
fn check_allowed(change: impl FnOnce(&mut StepDescriptor), effect: Effect, code: ErrorCode, expect: u32) {
    let mut step = step();
    change(&mut step);
    assert_eq!(allowed_retries(&step, effect, code), expect);
}

#[test]
fn only_retryable_codes_of_repeatable_skills_are_tried_again() {
    check_allowed(|_| {}, Effect::Read, ErrorCode::Timeout, 3);
    check_allowed(|_| {}, Effect::Idempotent, ErrorCode::Timeout, 3);
    check_allowed(|_| {}, Effect::Read, ErrorCode::InvalidInput, 0);
    check_allowed(|_| {}, Effect::Once, ErrorCode::Timeout, 0);
    check_allowed(|step| step.max_retries = 50, Effect::Read, ErrorCode::Timeout, 3);
    check_allowed(|step| step.max_retries = 1, Effect::Read, ErrorCode::Timeout, 1);
    check_allowed(|step| step.retry = false, Effect::Read, ErrorCode::Timeout, 0);
}

#[test]
fn delays_are_those_of_an_independent_computation() {
    let delays = (1..=6).map(|attempt| backoff(Duration::from_secs(1), Seed(42), attempt).as_millis());
    assert_eq!(
        delays.collect::<Vec<_>>(),
        [606, 1_722, 2_942, 5_035, 15_511, 24_511]
    );
}

#[test]
fn the_wait_that_the_other_side_asks_for_is_kept_up_to_an_hour() {
    let wait = |asked: u64| {
        let asked = Duration::from_secs(asked);
        let failure = StepFailure::new(ErrorCode::RateLimited, "slow down").with_retry_after(asked);
        next_delay(&step(), Effect::Read, &failure, Seed(1), 1)
    };
    assert_eq!(wait(600), Some(Duration::from_secs(600)));
    assert_eq!(wait(1_000_000), Some(MAX_RETRY_AFTER));
    assert_eq!(
        wait(0),
        Some(backoff(ErrorCode::RateLimited.info().backoff_base, Seed(1), 1))
    );
}

fn any_code() -> impl Strategy<Value = ErrorCode> {
    prop::sample::select(ErrorCode::ALL)
}

fn any_effect() -> impl Strategy<Value = Effect> {
    prop::sample::select(vec![Effect::Pure, Effect::Read, Effect::Idempotent, Effect::Once])
}

fn any_base() -> impl Strategy<Value = Duration> {
    (0..=u64::from(u32::MAX)).prop_map(Duration::from_millis)
}

proptest! {
    #[test]
    fn a_delay_is_between_half_and_all_of_the_doubled_base(base in any_base(), seed: u64, attempt in 1..300_u32) {
        let doubled = 2_u128.saturating_pow(attempt - 1).saturating_mul(base.as_millis());
        let full = doubled.min(MAX_BACKOFF.as_millis());
        let delay = backoff(base, Seed(seed), attempt).as_millis();
        prop_assert!(full / 2 <= delay && delay <= full, "{} of {}", delay, full);
    }

    #[test]
    fn a_delay_is_never_shorter_than_the_one_before_until_the_cap(
        base in (1..5_000_u64).prop_map(Duration::from_millis), seed: u64, attempt in 1..16_u32,
    ) {
        if base * 2_u32.pow(attempt) <= MAX_BACKOFF {
            prop_assert!(backoff(base, Seed(seed), attempt) <= backoff(base, Seed(seed), attempt + 1));
        }
    }

    #[test]
    fn a_delay_depends_on_its_arguments_alone(base in any_base(), seed: u64, attempt: u32) {
        prop_assert_eq!(backoff(base, Seed(seed), attempt), backoff(base, Seed(seed), attempt));
    }

    #[test]
    fn different_seeds_spread_their_delays(seeds in prop::collection::btree_set(any::<u64>(), 64)) {
        let delays: std::collections::BTreeSet<_> =
            seeds.iter().map(|seed| backoff(Duration::from_secs(100), Seed(*seed), 1)).collect();
        prop_assert!(delays.len() > 48, "{} delays for 64 seeds", delays.len());
    }

    #[test]
    fn there_is_a_next_attempt_exactly_as_often_as_allowed(
        code in any_code(), effect in any_effect(), max_retries in 0..=100_u32, retry: bool, seed: u64,
        asked in prop::option::of((0..10_000_u64).prop_map(Duration::from_secs)),
    ) {
        let step = StepDescriptor { max_retries, retry, ..step() };
        let mut failure = StepFailure::new(code, "");
        failure.retry_after = asked;
        let delays = (1..=110).map(|attempt| next_delay(&step, effect, &failure, Seed(seed), attempt));
        let delays: Vec<_> = delays.take_while(Option::is_some).flatten().collect();

        let allowed = allowed_retries(&step, effect, code);
        prop_assert_eq!(delays.len(), allowed as usize);
        prop_assert!(allowed <= max_retries && allowed <= code.info().max_retries);
        prop_assert!(allowed == 0 || (retry && effect != Effect::Once));
        let least = asked.unwrap_or_default().min(MAX_RETRY_AFTER);
        for delay in delays {
            prop_assert!(least <= delay && delay <= MAX_RETRY_AFTER.max(MAX_BACKOFF));
        }
    }
}
