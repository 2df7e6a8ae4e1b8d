//! Skills that misbehave, and inputs that grow out of bounds: failures of their step, and of nothing else.

use std::{pin::Pin, sync::Arc};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{NewRun, WorkflowEngine};
use aos_spec::{
    Effect, ErrorCode, RunStatus, Seed, SkillManifest, SkillRegistry, StepContext, StepFailure,
    WorkflowResult, limits,
    port::{CheckpointStore, Skill},
    skill::SkillOutput,
};
use aos_testkit::{
    fixture,
    workflows::{step, workflow},
};
use serde_json::json;

use crate::setup::Setup;

type Answer = fn() -> Result<SkillOutput, StepFailure>;

/// Answers while it is called, before there is a future.
struct Hasty {
    manifest: SkillManifest,
    answer: Answer,
}

impl Skill for Hasty {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    fn invoke<'s, 'c, 'f>(
        &'s self,
        _: &'c StepContext,
    ) -> Pin<Box<dyn Future<Output = Result<SkillOutput, StepFailure>> + Send + 'f>>
    where
        's: 'f,
        'c: 'f,
        Self: 'f,
    {
        Box::pin(std::future::ready((self.answer)()))
    }
}

/// Runs one step whose skill gives `answer`, and returns how it ended and what is stored of it.
async fn run(answer: Answer) -> (WorkflowResult, WorkflowResult) {
    let store: Arc<dyn CheckpointStore> = Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)));
    let manifest = SkillManifest::new("hasty".parse().expect("valid"), "1", Effect::Read);
    let mut skills = SkillRegistry::new();
    skills
        .register(Arc::new(Hasty { manifest, answer }))
        .expect("the only one");
    let engine = WorkflowEngine::builder(store, skills, fixture::worker_id()).build();
    let plan = Arc::clone(&workflow(vec![step("a", "hasty", &[])]).plan);
    let result = engine.run(NewRun::new(plan, fixture::run_id(), Seed(1))).await;
    let stored = engine.result(&fixture::run_id()).await;
    (result.expect("the store works"), stored.expect("the store works"))
}

#[tokio::test(start_paused = true)]
async fn a_panic_before_there_is_a_future_is_a_failure_too() {
    let (result, _) = run(|| std::panic::resume_unwind(Box::new("at once"))).await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Failed, Some(ErrorCode::ExecutionError))
    );
    assert!(result.error.expect("why").contains("at once"));
}

#[tokio::test(start_paused = true)]
async fn what_a_failure_says_is_kept_within_limits() {
    let (result, stored) = run(|| {
        let mut failure = StepFailure::new(ErrorCode::StepFailed, "");
        failure.message = "é".repeat(limits::MAX_MESSAGE_BYTES);
        Err(failure.with_details(json!({ "page": "x".repeat(limits::DEFAULT_MAX_OUTPUT_BYTES) })))
    })
    .await;
    assert_eq!(result.error_code, Some(ErrorCode::StepFailed));
    assert!(result.error.as_ref().expect("why").len() <= limits::MAX_MESSAGE_BYTES);
    let details = result.error_details.as_ref().expect("that there were some");
    assert_eq!(
        details["left_out"],
        "1048587 bytes of details; at most 1048576 are kept"
    );
    assert_eq!(result, stored);
}

#[tokio::test(start_paused = true)]
async fn the_details_of_a_failure_are_the_same_before_and_after_they_are_stored() {
    let (result, stored) =
        run(|| Err(StepFailure::new(ErrorCode::StepFailed, "no").with_details(json!({ "share": 1.0 }))))
            .await;
    assert_eq!(result.error_details, Some(json!({ "share": 1 })));
    assert_eq!(result, stored);
}

#[tokio::test(start_paused = true)]
async fn inputs_that_grow_too_large_fail_their_step_with_the_code_of_limits() {
    let mut first = step("a", "pure", &[]);
    first.inputs.insert("text".into(), "x".repeat(1_000_000).into());
    let mut second = step("b", "pure", &["a"]);
    let references = vec!["${a.inputs.text}"; 17];
    second.inputs.insert("texts".into(), references.into());
    let setup = Setup::new(workflow(vec![first, second]));
    let result = setup.run().await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::Failed, Some(ErrorCode::LimitExceeded))
    );
    assert_eq!(setup.n_calls(), 1);
}
