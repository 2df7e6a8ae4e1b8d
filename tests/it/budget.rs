//! Budgets over whole runs: never exceeded, never charged twice, nothing left over, and the same at every parallelism.

use std::{
    ops::Range,
    path::Path,
    process::{Child, Command},
    sync::Arc,
    time::Duration,
};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions, SystemClock};
use aos_engine::{EngineOptions, NewRun, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer, simulate};
use aos_spec::{
    AgentId, ErrorCode, Money, RunStatus, SkillRegistry, WorkflowResult,
    budget::{Account, BudgetUsage, Hold, Holding},
    journal::total_cost,
    port::{BudgetLedger, CheckpointStore, IdempotencyKeys, PolicyStore, StoreError},
};
use aos_testkit::{
    case::{Case, Scripted},
    crash::{Gate, Gated},
    fixture, generate, scripted,
    scripted::Ledger,
    spending,
    workflows::{step, workflow},
};
use async_trait::async_trait;
use proptest::prelude::*;
use sqlx::{ConnectOptions, Executor, sqlite::SqliteConnectOptions};

fn agent() -> AgentId {
    "a".parse().unwrap()
}

fn micro(micro_cents: u64) -> Money {
    Money::from_micro_cents(micro_cents).unwrap()
}

/// Rules with a ceiling for runs and a limit for the agent.
fn config(ceiling: Money, limit: Money) -> PolicyConfig {
    let text = format!("workflow_ceiling_cents = \"{ceiling}\"\n[agents.a]\ntotal_cents = \"{limit}\"\n");
    PolicyConfig::parse(&text).unwrap()
}

fn enforcer(
    config: &PolicyConfig,
    ledger: Arc<dyn BudgetLedger>,
    keys: Arc<dyn IdempotencyKeys>,
) -> Arc<PolicyEnforcer> {
    let builder = PolicyEnforcer::builder(config.clone()).ledger(ledger).keys(keys);
    Arc::new(builder.build().unwrap())
}

/// Returns the enforcer over budgets and keys of `store`.
fn enforcer_on<S: PolicyStore + 'static>(config: &PolicyConfig, store: S) -> Arc<PolicyEnforcer> {
    let store = Arc::new(store);
    enforcer(config, Arc::clone(&store) as _, store)
}

/// Returns `case` with a limit for each step that its script keeps, and an idempotency key.
fn bounded(case: &Case, slack: u64) -> Case {
    let mut spec = case.plan.spec().clone();
    for step in &mut spec.steps {
        let answers = &case.script[&step.id];
        let attempts = (0..=step.max_retries as usize).map(|at| &answers[at.min(answers.len() - 1)]);
        let most: u64 = attempts
            .map(|answer| match answer {
                Scripted::Answer(cost) | Scripted::Failure(_, cost) => *cost,
                Scripted::Panic => 0,
            })
            .sum();
        step.max_cost_cents = Some(micro(most + slack));
        step.idempotency_key = Some(format!("key-of-{}", step.id));
    }
    let mut bounded = Case::new(spec);
    bounded.script = case.script.clone();
    bounded.latency = case.latency.clone();
    bounded.seed = case.seed;
    bounded
}

async fn run(
    store: Arc<dyn CheckpointStore>,
    skills: SkillRegistry,
    case: &Case,
    policy: Arc<PolicyEnforcer>,
    max_parallel: usize,
) -> WorkflowResult {
    let engine = WorkflowEngine::builder(store, skills, fixture::worker_id())
        .options(EngineOptions::default().with_max_parallel(max_parallel))
        .policy(policy)
        .build();
    let run = NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed).for_agent(agent());
    engine.run(run).await.expect("nothing fails but steps")
}

/// Runs `case`, crashing after each number of passages in `crashes`, and returns its result and what it was charged.
async fn live(
    case: &Case,
    config: &PolicyConfig,
    max_parallel: usize,
    crashes: &[usize],
) -> (WorkflowResult, Money) {
    let store = InMemoryCheckpointStore::new(Arc::new(SystemClock));
    let calls = Arc::new(Ledger::default());
    for passages in crashes {
        let gate = Gate::new(*passages);
        let mut skills = SkillRegistry::new();
        for skill in scripted::skills(case, &calls) {
            skills
                .register(Arc::new(Gated::new(skill, Arc::clone(&gate))))
                .expect("distinct");
        }
        let inner: Arc<dyn CheckpointStore> = Arc::new(store.clone());
        let gated = Arc::new(Gated::new(inner, Arc::clone(&gate)));
        let policy: Arc<dyn PolicyStore> = Arc::new(store.clone());
        let policy = Arc::new(Gated::new(policy, Arc::clone(&gate)));
        let worker = fixture::worker_id();
        let engine = WorkflowEngine::builder(gated, skills, worker.clone())
            .options(EngineOptions::default().with_max_parallel(max_parallel))
            .policy(enforcer(config, Arc::clone(&policy) as _, policy))
            .build();
        let new = NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed).for_agent(agent());
        tokio::select! {
            result = engine.run(new) => drop(result.expect("nothing fails but steps")),
            () = gate.crashed() => {}
        }
        drop(engine);
        store.retire(&worker).await.expect("the store works");
    }
    let policy = enforcer_on(config, store.clone());
    let result = run(
        Arc::new(store.clone()),
        fixture::skills(case, &calls),
        case,
        policy,
        max_parallel,
    )
    .await;
    let usage = total(&store).await;
    assert_eq!(usage.held_cents, Money::ZERO, "nothing is left over");
    let journal = store.load(&fixture::run_id()).await.unwrap().unwrap().journal;
    let cost = total_cost(journal.iter().map(|row| (row.step, row.kind, row.cost())));
    assert_eq!(
        usage.spent_cents, cost,
        "what the journal says is charged, and once"
    );
    (result, usage.spent_cents)
}

async fn total(ledger: &dyn BudgetLedger) -> BudgetUsage {
    ledger
        .usage(&Account::Agent(agent()))
        .await
        .unwrap()
        .pop()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_ceiling_is_exceeded_and_every_decision_is_that_of_serial_execution(
        case in generate::case(8, &["pure", "read", "idempotent"]),
        slack in 0_u64..500_000,
        ceiling in 0_u64..30_000_000,
        limit in 0_u64..60_000_000,
        crashes in prop::collection::vec(0_usize..40, 0..3),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let case = bounded(&case, slack);
        let config = config(micro(ceiling), micro(limit));
        let certificate = simulate(&case.plan, &SkillRegistry::new(), &config).certificate.expect("every step has a limit");
        let (serial, _) = runtime.block_on(live(&case, &config, 1, &[]));
        for (max_parallel, crashes) in [(2, &[][..]), (8, &[]), (1, &crashes), (8, &crashes)] {
            let (result, charged) = runtime.block_on(live(&case, &config, max_parallel, crashes));
            prop_assert_eq!(
                fixture::canonical(&result), fixture::canonical(&serial), "max_parallel {}, crashes {:?}", max_parallel, crashes
            );
            prop_assert!(charged <= micro(ceiling) && charged <= micro(limit), "{} was charged", charged);
            prop_assert!(charged <= certificate.cannot_exceed_cents, "{} was charged: {}", charged, certificate);
            prop_assert!(charged >= result.total_cost_cents);
        }
    }
}

/// Starts a process that executes the runs of these numbers.
fn start(path: &Path, numbers: Range<usize>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_spender"))
        .arg(path)
        .args([numbers.start.to_string(), numbers.end.to_string()])
        .spawn()
        .expect("the program is built")
}

#[tokio::test]
async fn sixty_four_runs_of_one_agent_in_four_processes_of_which_two_are_killed_stay_within_its_budget() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("aos.db");
    let store = SqliteCheckpointStore::open(SqliteOptions::new(&path))
        .await
        .expect("the folder is writable");
    let limit = micro(spending::LIMIT);
    let taken = async || {
        let usage = store.usage(&spending::account()).await.unwrap().pop().unwrap();
        let taken = usage.spent_cents.checked_add(usage.held_cents).expect("in range");
        assert!(taken <= limit, "{taken} of {limit} are taken");
        taken
    };
    let mut processes: Vec<_> = (0..4).map(|at| start(&path, 16 * at..16 * (at + 1))).collect();
    // Killed as soon as a good part of the budget is taken, in the middle of everything.
    while taken().await < micro(spending::LIMIT / 3) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for killed in [0, 2] {
        processes[killed].kill().unwrap();
        processes[killed].wait().unwrap();
        taken().await;
        processes[killed] = start(&path, 16 * killed..16 * (killed + 1));
    }
    for mut process in processes {
        while process.try_wait().unwrap().is_none() {
            taken().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(process.wait().unwrap().success());
    }
    let (mut cost, mut n_completed, mut n_refused) = (Money::ZERO, 0, 0);
    for number in 0..64 {
        let run = store.load(&spending::run_id(number)).await.unwrap().unwrap();
        let rows = run.journal.iter().map(|row| (row.step, row.kind, row.cost()));
        cost = cost.checked_add(total_cost(rows)).expect("in range");
        match run.checkpoint.status {
            RunStatus::Completed => n_completed += 1,
            RunStatus::BudgetExceeded => n_refused += 1,
            status => panic!("run {number}: {status}"),
        }
    }
    let usage = store.usage(&spending::account()).await.unwrap().pop().unwrap();
    assert_eq!((usage.spent_cents, usage.held_cents), (cost, Money::ZERO));
    assert!(
        cost <= limit && n_completed > 10 && n_refused > 10,
        "{cost}: {n_completed}, {n_refused}"
    );
    store.close().await;
}

struct Unreachable;

#[async_trait]
impl BudgetLedger for Unreachable {
    async fn hold(&self, _: &Hold) -> Result<Holding, StoreError> {
        Err(StoreError::Unavailable("the disk is gone".into()))
    }

    async fn usage(&self, _: &Account) -> Result<Vec<BudgetUsage>, StoreError> {
        Err(StoreError::Unavailable("the disk is gone".into()))
    }
}

#[tokio::test]
async fn a_ledger_that_cannot_be_reached_denies() {
    let case = workflow(vec![step("a", "idempotent", &[])]);
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    let calls = Arc::new(Ledger::default());
    let policy = enforcer(
        &config(Money::MAX, Money::MAX),
        Arc::new(Unreachable),
        Arc::clone(&store) as _,
    );
    let result = run(store, fixture::skills(&case, &calls), &case, policy, 8).await;
    assert_eq!(result.status, RunStatus::PolicyViolation);
    assert_eq!(result.error_code, Some(ErrorCode::PolicyViolation));
    assert!(calls.calls().is_empty(), "nothing was called");
}

#[tokio::test]
async fn a_ledger_whose_table_is_gone_denies() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("aos.db");
    let store = SqliteCheckpointStore::open(SqliteOptions::new(&path))
        .await
        .unwrap();
    let mut below = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    below.execute("drop table budget_spent").await.unwrap();
    let (case, calls) = (
        workflow(vec![step("a", "idempotent", &[])]),
        Arc::new(Ledger::default()),
    );
    let policy = enforcer_on(&config(Money::MAX, Money::MAX), store.clone());
    let result = run(
        Arc::new(store.clone()),
        fixture::skills(&case, &calls),
        &case,
        policy,
        8,
    )
    .await;
    assert_eq!(result.status, RunStatus::PolicyViolation, "{:?}", result.error);
    assert!(calls.calls().is_empty(), "nothing was called");
    store.close().await;
}
