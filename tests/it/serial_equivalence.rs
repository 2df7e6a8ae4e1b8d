//! Serial equivalence: however many steps run at the same time, and in whatever order they end, the result and the
//! sequence of commits are those of executing one step at a time.

use std::collections::BTreeMap;

use aos_engine::Durability;
use aos_spec::{Seed, Speculation, StepId, WorkflowResult};
use aos_testkit::{
    case::Case,
    fixture, generate, model,
    scripted::Ledger,
    sim::{Life, World},
};
use proptest::prelude::*;

const ALL_SKILLS: &[&str] = &["pure", "read", "idempotent", "once"];

#[track_caller]
fn check(case: &Case, max_parallel: usize, durability: Durability, choices: Seed) {
    let expected = model::expected(case);
    let mut world = World::new(case, max_parallel, durability, choices);
    let Life::Finished(result, committed) = world.live(None) else {
        panic!("nothing crashes")
    };
    assert_eq!(
        fixture::canonical(&result),
        fixture::canonical(&expected),
        "max_parallel {max_parallel}, {durability:?}, choices {choices}"
    );
    assert_eq!(committed, expected.step_results, "the sequence of commits");
    check_effects(case, &expected, &world.ledger);
}

/// Unless the workflow asks for full speculation, exactly those outside effects happen that serial execution has.
#[track_caller]
fn check_effects(case: &Case, expected: &WorkflowResult, ledger: &Ledger) {
    if case.plan.spec().speculation == Speculation::All {
        return;
    }
    let is_outside = |step: &StepId| {
        case.effect(case.plan.index_of(step.as_str()).expect("known"))
            .is_outside()
    };
    let calls = ledger
        .calls()
        .into_iter()
        .filter(|((step, _), _)| is_outside(step))
        .collect::<BTreeMap<_, _>>();
    let results = expected
        .step_results
        .iter()
        .filter(|result| is_outside(&result.step_id));
    let attempts = results
        .filter(|result| !model::is_never_attempted(result))
        .flat_map(|result| (1..=result.retries + 1).map(|attempt| ((result.step_id.clone(), attempt), 1)));
    assert_eq!(
        calls,
        attempts.collect::<BTreeMap<_, _>>(),
        "the effects that left the engine"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn every_schedule_of_the_machine_gives_the_serial_result(
        case in generate::case(10, ALL_SKILLS),
        choices in any::<u64>(),
    ) {
        for max_parallel in [1, 2, 8, 64] {
            check(&case, max_parallel, Durability::BeforeEffects, Seed(choices));
            check(&case, max_parallel, Durability::EveryStep, Seed(choices));
        }
    }
}
