//! Idempotency keys across runs and processes: a key stands for one request, for ever.

use std::sync::Arc;

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore, SqliteOptions, SystemClock};
use aos_engine::{NewRun, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_spec::{
    ErrorCode, RunId, RunStatus, WorkflowResult,
    port::{CheckpointStore, IdempotencyKeys, KeyAnswer, KeyClaim, StoreError},
};
use aos_testkit::{
    case::Case,
    fixture,
    scripted::Ledger,
    workflows::{step, workflow},
};
use async_trait::async_trait;

/// Returns a workflow that pays `amount` under the key `invoice-7`, after two steps that change nothing.
fn payment(amount: u32) -> Case {
    let mut pay = step("pay", "idempotent", &["look"]);
    pay.inputs.insert("amount".into(), amount.into());
    pay.idempotency_key = Some("invoice-7".into());
    workflow(vec![
        step("think", "pure", &[]),
        step("look", "read", &["think"]),
        pay,
    ])
}

struct Process {
    calls: Arc<Ledger>,
    store: Arc<dyn CheckpointStore>,
    keys: Arc<dyn IdempotencyKeys>,
}

impl Process {
    fn engine(&self, case: &Case, rules: &str) -> WorkflowEngine {
        let policy = PolicyEnforcer::builder(PolicyConfig::parse(rules).unwrap())
            .keys(Arc::clone(&self.keys))
            .build()
            .unwrap();
        let skills = fixture::skills(case, &self.calls);
        WorkflowEngine::builder(Arc::clone(&self.store), skills, fixture::worker_id())
            .policy(Arc::new(policy))
            .build()
    }

    async fn run(&self, case: &Case, run_id: &str, agent: Option<&str>, rules: &str) -> WorkflowResult {
        let run_id: RunId = run_id.parse().unwrap();
        let mut run = NewRun::new(Arc::clone(&case.plan), run_id, case.seed);
        if let Some(agent) = agent {
            run = run.for_agent(agent.parse().unwrap());
        }
        self.engine(case, rules)
            .run(run)
            .await
            .expect("nothing fails but steps")
    }

    fn payments(&self) -> u32 {
        let calls = self.calls.calls();
        calls
            .iter()
            .filter(|((step, _), _)| step.as_str() == "pay")
            .map(|(_, n_calls)| n_calls)
            .sum()
    }
}

fn in_memory() -> Process {
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    Process {
        calls: Arc::default(),
        store: Arc::clone(&store) as _,
        keys: store,
    }
}

#[tokio::test]
async fn a_key_that_refers_to_a_parameter_is_another_one_for_each_value() {
    let spec = serde_json::json!({
        "id": "w",
        "inputs": { "invoice": { "type": "string" }, "amount": { "type": "integer" } },
        "steps": [{
            "id": "pay",
            "skill_id": "idempotent",
            "idempotency_key": "pay-${inputs.invoice}",
            "inputs": { "amount": "${inputs.amount}" },
        }],
    });
    let case = Case::new(serde_json::from_value(spec).expect("a specification"));
    let process = in_memory();
    let pay = async |run_id: &str, invoice: &str, amount: u32| {
        let inputs = serde_json::json!({ "invoice": invoice, "amount": amount });
        let run = NewRun::new(Arc::clone(&case.plan), run_id.parse().expect("valid"), case.seed);
        let run = run.with_inputs(inputs.as_object().cloned().expect("an object"));
        let result = process.engine(&case, "").run(run).await;
        result.expect("nothing fails but steps").status
    };
    assert_eq!(pay("one", "A", 5).await, RunStatus::Completed);
    assert_eq!(pay("two", "B", 6).await, RunStatus::Completed);
    assert_eq!(pay("same", "A", 5).await, RunStatus::Completed);
    assert_eq!(pay("other", "A", 6).await, RunStatus::PolicyViolation);
    assert_eq!(process.payments(), 3);
}

#[tokio::test]
async fn a_key_of_another_request_is_refused_in_every_process_and_the_same_request_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut stores = Vec::new();
    let mut processes = Vec::new();
    for _ in 0..2 {
        let options = SqliteOptions::new(folder.path().join("aos.db"));
        let store = Arc::new(SqliteCheckpointStore::open(options).await.unwrap());
        stores.push(Arc::clone(&store));
        processes.push(Process {
            calls: Arc::default(),
            store: Arc::clone(&store) as _,
            keys: store,
        });
    }
    let [one, two] = &processes[..] else {
        unreachable!()
    };
    for (process, run_id) in [(one, "first"), (two, "again")] {
        let result = process.run(&payment(5), run_id, None, "").await;
        assert_eq!(
            result.status,
            RunStatus::Completed,
            "{run_id}: {:?}",
            result.error
        );
    }
    let result = two.run(&payment(6), "other", None, "").await;
    assert_eq!(result.status, RunStatus::PolicyViolation);
    assert_eq!(result.error_code, Some(ErrorCode::PolicyViolation));
    assert_eq!(
        result.failed_step.as_ref().map(aos_spec::StepId::as_str),
        Some("pay")
    );
    let message = result.error.unwrap_or_default();
    assert!(
        message.contains("`invoice-7`") && message.contains("run `first`"),
        "{message}"
    );
    assert_eq!((one.payments(), two.payments()), (1, 1), "nothing was sent");
    for store in stores {
        store.close().await;
    }
}

#[tokio::test]
async fn agents_have_keys_of_their_own_and_share_those_of_their_tenant() {
    let process = in_memory();
    let rules = "[tenants.t]\n[agents.a]\ntenant = \"t\"\n[agents.b]\ntenant = \"t\"";
    let status = async |run_id: &str, amount: u32, agent: Option<&str>| {
        process.run(&payment(amount), run_id, agent, rules).await.status
    };
    assert_eq!(status("a", 1, Some("a")).await, RunStatus::Completed);
    assert_eq!(status("b", 2, Some("b")).await, RunStatus::PolicyViolation);
    assert_eq!(status("c", 3, Some("c")).await, RunStatus::Completed);
    assert_eq!(status("nobody", 4, None).await, RunStatus::Completed);
}

#[tokio::test]
async fn rules_that_allow_it_let_a_key_be_used_for_anything() {
    let process = in_memory();
    let rules = "[idempotency]\nacross_runs = \"allow\"";
    for (run_id, amount) in [("a", 1), ("b", 2)] {
        let result = process.run(&payment(amount), run_id, None, rules).await;
        assert_eq!(result.status, RunStatus::Completed);
    }
}

#[tokio::test]
async fn a_crashed_run_keeps_its_key_and_goes_on() {
    let process = in_memory();
    let mut slow = payment(5);
    slow.latency
        .insert("pay".parse().unwrap(), std::time::Duration::from_millis(200));
    let engine = process.engine(&slow, "");
    let run = NewRun::new(Arc::clone(&slow.plan), fixture::run_id(), slow.seed);
    tokio::select! {
        _ = engine.run(run) => panic!("it ended before it crashed"),
        () = async { while process.payments() == 0 { tokio::task::yield_now().await } } => {}
    }
    engine.close().await.unwrap();
    let other = process.run(&payment(6), "other", None, "").await;
    assert_eq!(other.status, RunStatus::PolicyViolation);
    let resumed = process
        .engine(&slow, "")
        .resume(&fixture::run_id())
        .await
        .unwrap();
    assert_eq!(resumed.status, RunStatus::Completed, "{:?}", resumed.error);
}

/// Keys that are out of reach.
struct Unreachable;

#[async_trait]
impl IdempotencyKeys for Unreachable {
    async fn claim(&self, _: &KeyClaim) -> Result<KeyAnswer, StoreError> {
        Err(StoreError::Unavailable("the disk is gone".into()))
    }
}

#[tokio::test]
async fn keys_that_cannot_be_reached_deny_effects_and_nothing_else() {
    let process = Process {
        keys: Arc::new(Unreachable),
        ..in_memory()
    };
    let result = process.run(&payment(5), "paid", None, "").await;
    assert_eq!(result.status, RunStatus::PolicyViolation);
    assert_eq!((result.steps_completed, process.payments()), (2, 0));
    // A step that changes nothing outside needs no memory of its key.
    let mut pure = step("think", "pure", &[]);
    pure.idempotency_key = Some("k".into());
    let result = process.run(&workflow(vec![pure]), "pure", None, "").await;
    assert_eq!(result.status, RunStatus::Completed);
}
