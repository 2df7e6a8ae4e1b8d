//! Policy, validator and recorder as the real driver consults them.

use std::sync::{Arc, Mutex};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{EngineBuilder, EngineOptions, NewRun, WorkflowEngine};
use aos_spec::{
    ContentHash, ErrorCode, Money, RunId, RunStatus, SkillManifest, SkillRegistry, StepDescriptor, StepId,
    WorkflowPlan, WorkflowResult,
    port::{
        Decision, Denial, Finding, PlanValidator, PolicyError, PolicyRequest, RecorderError, Rejection,
        RunRecorder, RunStart, StepPolicy, StepRecord,
    },
};
use aos_testkit::{
    case::{Case, Scripted},
    fixture, generate,
    scripted::Ledger,
    workflows::{step, workflow},
};
use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn builder(case: &Case, ledger: &Arc<Ledger>, max_parallel: usize) -> EngineBuilder {
    let store = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    WorkflowEngine::builder(store, fixture::skills(case, ledger), fixture::worker_id())
        .options(EngineOptions::default().with_max_parallel(max_parallel))
}

async fn run(engine: &WorkflowEngine, case: &Case) -> WorkflowResult {
    let run = NewRun::new(Arc::clone(&case.plan), fixture::run_id(), case.seed);
    engine.run(run).await.expect("nothing fails but steps")
}

/// Allows a step as long as what was spent before it is below a ceiling.
struct Ceiling(Money);

#[async_trait]
impl StepPolicy for Ceiling {
    async fn decide(&self, request: &PolicyRequest<'_>) -> Result<Decision, PolicyError> {
        let most = request
            .outstanding
            .map(|outstanding| request.spent.saturating_add(outstanding));
        Ok(if request.spent > self.0 {
            Decision::Deny(Denial::new(
                RunStatus::BudgetExceeded,
                ErrorCode::BudgetExceeded,
                "too expensive",
            ))
        } else if most.is_some_and(|most| most <= self.0) {
            Decision::Allow
        } else {
            Decision::Undecided
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn a_ceiling_ends_a_run_at_the_same_step_at_every_parallelism(
        case in generate::case(10, &["pure", "read", "idempotent"]),
        ceiling in 0_u64..20_000_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let policy = Arc::new(Ceiling(Money::from_micro_cents(ceiling).unwrap()));
        let mut results = [1, 2, 8, 64].into_iter().map(|max_parallel| {
            let ledger = Arc::new(Ledger::default());
            let engine = builder(&case, &ledger, max_parallel).policy(policy.clone()).build();
            fixture::canonical(&runtime.block_on(run(&engine, &case)))
        });
        let serial = results.next().unwrap();
        for (result, max_parallel) in results.zip([2, 8, 64]) {
            prop_assert_eq!(&result, &serial, "max_parallel {}", max_parallel);
        }
    }
}

struct Broken;

#[async_trait]
impl StepPolicy for Broken {
    async fn decide(&self, _: &PolicyRequest<'_>) -> Result<Decision, PolicyError> {
        Err(PolicyError("the ledger cannot be read".into()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_decide_denies() {
    let case = workflow(vec![step("a", "pure", &[])]);
    let ledger = Arc::new(Ledger::default());
    let result = run(
        &builder(&case, &ledger, 8).policy(Arc::new(Broken)).build(),
        &case,
    )
    .await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::PolicyViolation, Some(ErrorCode::PolicyViolation))
    );
    assert!(ledger.calls().is_empty());
}

/// Refuses plans with a step `forbidden`, and inputs that hold the text `hostile`.
struct Strict;

fn refuse_if(is_refused: bool, rule: &str) -> Result<(), Rejection> {
    let findings = is_refused.then(|| Finding::new(rule, "", "refused by the test"));
    Rejection::new(findings.into_iter().collect()).map_or(Ok(()), Err)
}

impl PlanValidator for Strict {
    fn hash(&self) -> ContentHash {
        ContentHash::of_bytes(b"strict")
    }

    fn may_refuse(&self, step: &StepDescriptor, _: &SkillManifest) -> bool {
        step.inputs.values().any(|value| value.to_string().contains("${"))
    }

    fn validate_plan(&self, plan: &WorkflowPlan, _: &SkillRegistry) -> Result<(), Rejection> {
        refuse_if(plan.index_of("forbidden").is_some(), "PLAN")
    }

    fn check_inputs(
        &self,
        _: &WorkflowPlan,
        _: &StepId,
        _: &SkillManifest,
        inputs: &Map<String, Value>,
    ) -> Result<(), Rejection> {
        refuse_if(
            Value::Object(inputs.clone()).to_string().contains("hostile"),
            "INPUT",
        )
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_plan_does_not_start() {
    let case = workflow(vec![step("a", "pure", &[]), step("forbidden", "pure", &[])]);
    let ledger = Arc::new(Ledger::default());
    let result = run(
        &builder(&case, &ledger, 8).validator(Arc::new(Strict)).build(),
        &case,
    )
    .await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::SandboxRejected, Some(ErrorCode::SandboxRejection))
    );
    assert_eq!(
        result.error_details.expect("the findings")["findings"][0]["rule_id"],
        "PLAN"
    );
    assert!(ledger.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hostile_output_does_not_reach_the_next_skill() {
    let mut first = step("a", "pure", &[]);
    first.inputs.insert("text".into(), "hos".into());
    let mut second = step("b", "idempotent", &[]);
    second.inputs.insert("text".into(), "${a.inputs.text}tile".into());
    let case = workflow(vec![first, second]);
    let ledger = Arc::new(Ledger::default());
    let result = run(
        &builder(&case, &ledger, 8).validator(Arc::new(Strict)).build(),
        &case,
    )
    .await;
    assert_eq!(
        (result.status, result.failed_step),
        (RunStatus::SandboxRejected, Some("b".parse().expect("valid")))
    );
    assert_eq!(
        ledger.calls().into_keys().collect::<Vec<_>>(),
        [("a".parse().expect("valid"), 1)]
    );
}

/// Writes down which calls it gets.
#[derive(Default)]
struct Diary(Mutex<Vec<String>>);

impl Diary {
    fn note(&self, line: String) -> Result<(), RecorderError> {
        self.0.lock().expect("no test panics in here").push(line);
        Ok(())
    }
}

#[async_trait]
impl RunRecorder for Diary {
    async fn record_run_start(&self, start: &RunStart) -> Result<(), RecorderError> {
        self.note(format!("start {}", start.header.run_id))
    }

    async fn record_step(&self, _: &RunId, step: &StepRecord) -> Result<(), RecorderError> {
        self.note(format!(
            "{} {} {}",
            step.index, step.result.step_id, step.result.status
        ))
    }

    async fn record_run_end(&self, result: &WorkflowResult) -> Result<(), RecorderError> {
        self.note(format!("end {}", result.status))
    }
}

#[tokio::test(start_paused = true)]
async fn a_recorder_hears_of_a_run_in_canonical_order() {
    let case = workflow(vec![
        step("b", "read", &["a"]),
        step("a", "pure", &[]),
        step("c", "read", &["a"]),
    ])
    .with("c", [Scripted::Failure(ErrorCode::StepFailed, 0)]);
    let mut case = case;
    case.latency
        .insert("b".parse().expect("valid"), std::time::Duration::from_secs(9));
    let diary = Arc::new(Diary::default());
    run(
        &builder(&case, &Arc::default(), 8).recorder(diary.clone()).build(),
        &case,
    )
    .await;
    let lines = diary.0.lock().expect("no test panics in here").clone();
    assert_eq!(
        lines,
        [
            "start run-1",
            "0 a completed",
            "1 b completed",
            "2 c failed",
            "end failed"
        ]
    );
}
