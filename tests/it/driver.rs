//! The promises once more, with the real driver, tokio and a store.

use std::sync::Arc;

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{Durability, EngineError, EngineOptions, NewRun, WorkflowEngine};
use aos_spec::{
    Effect, RunStatus, SkillRegistry, WorkerId, WorkflowResult,
    port::CheckpointStore,
};
use aos_testkit::{
    case::Case,
    crash::{Gate, Gated},
    fixture, generate, model, scripted,
    scripted::Ledger,
    workflows,
};
use proptest::prelude::*;

fn memory() -> Arc<dyn CheckpointStore> {
    Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)))
}

fn engine(
    store: Arc<dyn CheckpointStore>,
    skills: SkillRegistry,
    worker: &WorkerId,
    max_parallel: usize,
) -> WorkflowEngine {
    let options = EngineOptions::default().with_max_parallel(max_parallel).with_durability(Durability::BeforeEffects);
    WorkflowEngine::builder(store, skills, worker.clone()).options(options).build()
}

async fn run(engine: &WorkflowEngine, case: &Case) -> Result<WorkflowResult, EngineError> {
    engine.run(NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed)).await
}

/// Crashes the driver at the passage after `n_passages`, runs again, and returns whether it crashed.
async fn check_crash(name: &str, case: &Case, store: Arc<dyn CheckpointStore>, n_passages: usize) -> bool {
    let ledger = Arc::new(Ledger::default());
    let gate = Gate::new(n_passages);
    let mut skills = SkillRegistry::new();
    for skill in scripted::skills(case, &ledger) {
        skills.register(Arc::new(Gated::new(skill, Arc::clone(&gate)))).expect("the ids are distinct");
    }
    let gated: Arc<dyn CheckpointStore> = Arc::new(Gated::new(Arc::clone(&store), Arc::clone(&gate)));
    let first = fixture::worker_id();
    let crashed = tokio::select! {
        result = run_owned(engine(gated, skills, &first, 8), case) => {
            result.expect("nothing fails but steps");
            false
        }
        () = gate.crashed() => true,
    };
    store.retire(&first).await.expect("the store works");
    let engine = engine(Arc::clone(&store), fixture::skills(case, &ledger), &fixture::worker_id(), 8);
    let result = run(&engine, case).await.expect("nothing fails but steps");
    for ((step, attempt), calls) in ledger.calls() {
        let effect = case.effect(case.plan.index_of(step.as_str()).expect("known"));
        assert!(effect != Effect::Once || calls == 1, "{name}, {n_passages}: {step}#{attempt} was repeated");
    }
    if result.status == RunStatus::Suspended {
        assert!(crashed && case.effects().contains(&Effect::Once), "{name}, {n_passages}: suspended");
        return crashed;
    }
    let expected = model::expected(case);
    assert_eq!(fixture::canonical(&result), fixture::canonical(&expected), "{name}, {n_passages} passages");
    let stored = store.load(&fixture::run_id()).await.expect("the store works").expect("the run is there");
    let stored = stored.result().expect("the stored run is whole");
    assert_eq!(fixture::canonical(&stored), fixture::canonical(&expected), "{name}: the stored result");
    crashed
}

async fn run_owned(engine: WorkflowEngine, case: &Case) -> Result<WorkflowResult, EngineError> {
    run(&engine, case).await
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_is_dropped_anywhere_is_resumed_to_the_same_end() {
    for (name, case) in workflows::all() {
        let mut n_passages = 0;
        while check_crash(name, &case, memory(), n_passages).await {
            n_passages += 1;
        }
        assert!(n_passages >= 6, "{name} has only {n_passages} passages");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn the_real_driver_gives_the_serial_result_at_every_parallelism(
        case in generate::case(10, &["pure", "read", "idempotent", "once"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let expected = fixture::canonical(&model::expected(&case));
        for max_parallel in [1, 2, 8, 64] {
            let ledger = Arc::new(Ledger::default());
            let engine = engine(memory(), fixture::skills(&case, &ledger), &fixture::worker_id(), max_parallel);
            let result = runtime.block_on(run(&engine, &case)).expect("nothing fails but steps");
            prop_assert_eq!(fixture::canonical(&result), expected.clone(), "max_parallel {}", max_parallel);
        }
    }
}
