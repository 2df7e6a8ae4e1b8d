//! Effects under a policy: they overlap where no rule can refuse them, and everything is as in serial execution.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{EngineOptions, NewRun, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_spec::{
    OnError, RunStatus, Speculation, WorkflowResult,
    port::{StopScope, StopSwitch},
};
use aos_testkit::{
    case::Case,
    fixture, generate, model,
    scripted::Ledger,
    workflows::{step, workflow},
};
use proptest::prelude::*;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// Returns a workflow of three effects, each of which takes a second, and none of which needs another.
fn effects(on_error: OnError) -> Case {
    let steps = ["a", "b", "c"].map(|id| {
        let mut step = step(id, "idempotent", &[]);
        step.on_error = on_error;
        step.retry = false;
        step
    });
    let mut case = workflow(steps.to_vec());
    for id in ["a", "b", "c"] {
        case.latency.insert(id.parse().unwrap(), SECOND);
    }
    case
}

fn engine(
    store: &Arc<InMemoryCheckpointStore>,
    case: &Case,
    calls: &Arc<Ledger>,
    config: PolicyConfig,
    max_parallel: usize,
) -> WorkflowEngine {
    let policy = PolicyEnforcer::builder(config).store(Arc::clone(store) as _);
    let skills = fixture::skills(case, calls);
    WorkflowEngine::builder(Arc::clone(store) as _, skills, fixture::worker_id())
        .options(EngineOptions::default().with_max_parallel(max_parallel))
        .policy(Arc::new(policy.build().unwrap()))
        .build()
}

fn store() -> Arc<InMemoryCheckpointStore> {
    Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)))
}

async fn run(case: &Case, config: PolicyConfig, max_parallel: usize) -> (WorkflowResult, Arc<Ledger>) {
    let calls = Arc::new(Ledger::default());
    let engine = engine(&store(), case, &calls, config, max_parallel);
    let run = NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed);
    (engine.run(run).await.expect("nothing fails but steps"), calls)
}

#[tokio::test(start_paused = true)]
async fn effects_overlap_under_a_policy_that_cannot_refuse_them() {
    let took = async |case: Case, rules: &str| {
        let began = Instant::now();
        let (result, _) = run(&case, PolicyConfig::parse(rules).unwrap(), 8).await;
        assert_eq!(result.status, RunStatus::Completed, "{:?}", result.error);
        began.elapsed().as_secs()
    };
    assert_eq!(took(effects(OnError::Continue), "").await, 1);
    assert_eq!(took(effects(OnError::Abort), "").await, 3, "each can end the run");
    for rules in [
        "workflow_ceiling_cents = 5",
        "[agent_defaults]\n[workflows.w]\ntotal_cents = 5",
        "[[rate_limits]]\nskill = \"*\"\nrequests = 1000",
    ] {
        assert_eq!(took(effects(OnError::Continue), rules).await, 3, "{rules}");
    }
    // What can only be refused at a repetition, or about another skill, is not in the way.
    for rules in ["step_ceiling_cents = 5", "[skills]\ndeny = [\"other\"]"] {
        assert_eq!(took(effects(OnError::Continue), rules).await, 1, "{rules}");
    }
    let mut keyed = effects(OnError::Continue).plan.spec().clone();
    for step in &mut keyed.steps {
        step.idempotency_key = Some(format!("key-{}", step.id));
    }
    let mut case = Case::new(keyed);
    case.latency = effects(OnError::Continue).latency;
    assert_eq!(took(case, "").await, 3, "a key may stand for another request");
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_overlapping_effects_changes_nothing_of_the_end() {
    let mut case = effects(OnError::Continue);
    case.latency.insert("a".parse().unwrap(), 5 * SECOND);
    let (store, calls) = (store(), Arc::new(Ledger::default()));
    let engine = engine(&store, &case, &calls, PolicyConfig::default(), 8);
    let run = NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed);
    let (stopped, _) = tokio::join!(engine.run(run), async {
        tokio::time::sleep(2 * SECOND).await;
        store.stop(&StopScope::All, "a drill").await.unwrap()
    });
    let stopped = stopped.unwrap();
    assert_eq!(
        (stopped.status, stopped.steps_completed),
        (RunStatus::EmergencyStopped, 0)
    );
    store.release(&StopScope::All, "over").await.unwrap();
    tokio::time::sleep(SECOND).await;
    let result = engine.resume(&fixture::run_id()).await.unwrap();
    assert_eq!(
        fixture::canonical(&result),
        fixture::canonical(&model::expected(&case))
    );
    let n_calls: Vec<u32> = calls.calls().into_values().collect();
    assert_eq!(n_calls, [2, 1, 1], "what had ended is not repeated");
}

/// Returns how often each attempt with an outside effect was made.
fn outside(case: &Case, calls: &Ledger) -> BTreeMap<(aos_spec::StepId, u32), u32> {
    let is_outside = |step: &aos_spec::StepId| {
        case.effect(case.plan.index_of(step.as_str()).expect("known"))
            .is_outside()
    };
    let calls = calls.calls().into_iter();
    calls.filter(|((step, _), _)| is_outside(step)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn results_and_effects_under_a_policy_are_those_of_serial_execution(
        case in generate::case(8, &["pure", "read", "idempotent", "once"]),
        ceiling in prop::option::of(1_u64..9),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let rules = ceiling.map_or_else(String::new, |cents| format!("step_ceiling_cents = {cents}"));
        let config = PolicyConfig::parse(&rules).unwrap();
        let (serial, serial_calls) = runtime.block_on(run(&case, config.clone(), 1));
        if ceiling.is_none() {
            prop_assert_eq!(fixture::canonical(&serial), fixture::canonical(&model::expected(&case)));
        }
        for max_parallel in [2, 8] {
            let (result, calls) = runtime.block_on(run(&case, config.clone(), max_parallel));
            prop_assert_eq!(fixture::canonical(&result), fixture::canonical(&serial), "max_parallel {}", max_parallel);
            if case.plan.spec().speculation != Speculation::All {
                prop_assert_eq!(outside(&case, &calls), outside(&case, &serial_calls), "max_parallel {}", max_parallel);
            }
        }
    }
}
