//! Many runs of one agent that spend from one budget, so that several processes can compete for it.

use std::{ops::Range, path::Path, sync::Arc, time::Duration};

use aos_checkpoint::{SqliteCheckpointStore, SqliteOptions};
use aos_engine::{NewRun, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_spec::{AgentId, Money, RunId, WorkflowResult, budget::Account};

use crate::{
    case::{Case, Scripted},
    fixture,
    scripted::Ledger,
    workflows::{step, workflow},
};

/// What all runs together may spend, in micro-cents: enough for about forty of them, and not for a whole number.
pub const LIMIT: u64 = 120_000_001;

/// What the steps of a run cost, in micro-cents.
const COSTS: [u64; 3] = [1_000_003, 700_001, 1_300_007];

/// Returns the agent.
///
/// # Panics
///
/// Never: the id is valid.
#[must_use]
pub fn agent() -> AgentId {
    "spender".parse().expect("valid")
}

/// Returns the agent's account.
#[must_use]
pub fn account() -> Account {
    Account::Agent(agent())
}

/// Returns the id of a run.
///
/// # Panics
///
/// Never: the id is valid.
#[must_use]
pub fn run_id(number: usize) -> RunId {
    format!("run-{number}").parse().expect("valid")
}

fn micro(micro_cents: u64) -> Money {
    Money::from_micro_cents(micro_cents).expect("in range")
}

fn case() -> Case {
    let mut case = workflow(vec![
        step("a", "read", &[]),
        step("b", "read", &["a"]),
        step("c", "idempotent", &["b"]),
    ]);
    let mut spec = case.plan.spec().clone();
    for (step, cost) in spec.steps.iter_mut().zip(COSTS) {
        // A little more than it costs, so that runs give something back.
        step.max_cost_cents = Some(micro(cost + 11));
        case.script.insert(step.id.clone(), vec![Scripted::Answer(cost)]);
        case.latency.insert(step.id.clone(), Duration::from_millis(3));
    }
    Case {
        plan: Case::new(spec).plan,
        ..case
    }
}

/// Executes the runs of these numbers at the same time, over the store in the file at `path`; those that were begun before
/// go on.
///
/// # Panics
///
/// When anything but a step fails.
pub async fn spend(path: &Path, numbers: Range<usize>) -> Vec<WorkflowResult> {
    let store = SqliteCheckpointStore::open(SqliteOptions::new(path)).await;
    let store = Arc::new(store.expect("the file can be opened"));
    let rules = format!(
        "workflow_ceiling_cents = 10\n[agents.{}]\ntotal_cents = \"{}\"",
        agent(),
        micro(LIMIT)
    );
    let policy = PolicyEnforcer::builder(PolicyConfig::parse(&rules).expect("the rules are valid"))
        .store(Arc::clone(&store) as _)
        .build()
        .expect("the store keeps everything");
    let case = case();
    let skills = fixture::skills(&case, &Arc::new(Ledger::default()));
    let engine = WorkflowEngine::builder(Arc::clone(&store) as _, skills, fixture::worker_id())
        .policy(Arc::new(policy))
        .build();
    let runs = numbers.map(|number| {
        let run = NewRun::new(Arc::clone(&case.plan), run_id(number), case.seed).for_agent(agent());
        let engine = engine.clone();
        async move { engine.run(run).await.expect("nothing fails but steps") }
    });
    let results = futures_util::future::join_all(runs).await;
    engine.close().await.expect("the store works");
    store.close().await;
    results
}
