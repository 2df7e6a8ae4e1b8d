//! Crash equivalence: an engine that crashes at any instant, and is started again, ends as if it had not crashed.

use aos_engine::Durability;
use aos_spec::{Effect, RunStatus, Seed};
use aos_testkit::{
    case::Case,
    fixture, generate, model,
    sim::{Life, World},
    workflows,
};
use proptest::prelude::*;

/// Crashes after each number of effects in `crashes`, one life after the other, and then lives to the end.
#[track_caller]
fn check(case: &Case, max_parallel: usize, durability: Durability, choices: Seed, crashes: &[usize]) -> bool {
    let context =
        format!("max_parallel {max_parallel}, {durability:?}, choices {choices}, crashes {crashes:?}");
    let mut world = World::new(case, max_parallel, durability, choices);
    let mut has_crashed = false;
    let mut end = None;
    for crash_after in crashes.iter().copied().map(Some).chain([None]) {
        match world.live(crash_after) {
            Life::Crashed => has_crashed = true,
            Life::Finished(result, committed) => {
                end = Some((result, committed));
                break;
            }
        }
    }
    let (result, committed) = end.expect("the last life does not crash");
    for ((step, attempt), calls) in world.ledger.calls() {
        let effect = case.effect(case.plan.index_of(step.as_str()).expect("known"));
        assert!(
            effect != Effect::Once || calls == 1,
            "{step}#{attempt} was repeated: {context}"
        );
    }
    if result.status == RunStatus::Suspended {
        let step = result
            .failed_step
            .as_ref()
            .and_then(|step| case.plan.index_of(step.as_str()));
        let effect = case.effect(step.expect("a suspended run names the step"));
        assert!(
            has_crashed && effect == Effect::Once,
            "suspended without a reason: {context}"
        );
        return has_crashed;
    }
    let expected = model::expected(case);
    assert_eq!(
        fixture::canonical(&result),
        fixture::canonical(&expected),
        "{context}"
    );
    assert_eq!(committed, expected.step_results, "{context}");
    has_crashed
}

#[test]
fn a_crash_after_every_effect_in_turn_changes_nothing() {
    for (name, case) in workflows::all() {
        for max_parallel in [1, 8] {
            for durability in [Durability::BeforeEffects, Durability::EveryStep] {
                for choices in 0..8 {
                    let mut n_effects = 0;
                    while check(&case, max_parallel, durability, Seed(choices), &[n_effects]) {
                        n_effects += 1;
                    }
                    assert!(n_effects >= 6, "{name} has only {n_effects} effects");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn any_crashes_of_any_workflow_change_nothing(
        case in generate::case(8, &["pure", "read", "idempotent"]),
        choices in any::<u64>(),
        max_parallel in prop::sample::select(vec![1_usize, 2, 8]),
        crashes in prop::collection::vec(0_usize..30, 1..5),
    ) {
        check(&case, max_parallel, Durability::BeforeEffects, Seed(choices), &crashes);
    }

    #[test]
    fn effects_that_must_not_be_repeated_never_are(
        case in generate::case(6, &["pure", "once"]),
        choices in any::<u64>(),
        crashes in prop::collection::vec(0_usize..20, 1..4),
    ) {
        check(&case, 8, Durability::BeforeEffects, Seed(choices), &crashes);
    }
}
