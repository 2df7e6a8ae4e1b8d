//! The engine with the real sandbox: what is refused before the first step, what is stopped at run time, and what a
//! resumed run makes of decisions that were made before.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aos_checkpoint::{InMemoryCheckpointStore, SystemClock};
use aos_engine::{NewRun, WorkflowEngine};
use aos_sandbox::{PlannerSandbox, SandboxOptions};
use aos_spec::{
    Effect, ErrorCode, RunStatus, Seed, SkillManifest, SkillRegistry, StepContext, StepFailure, StepIndex,
    StepResult, WorkflowPlan, WorkflowResult,
    journal::{JournalEntry, RunHeader},
    port::{CheckpointStore, Denial, PlanValidator, Skill},
    skill::{InputKind, SkillOutput},
};
use aos_testkit::fixture;
use async_trait::async_trait;
use serde_json::{Map, Value, json};

/// A skill that answers the same each time, and counts.
struct Answering {
    manifest: SkillManifest,
    answer: Value,
    n_calls: Arc<AtomicUsize>,
}

#[async_trait]
impl Skill for Answering {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, _: &StepContext) -> Result<SkillOutput, StepFailure> {
        self.n_calls.fetch_add(1, Ordering::SeqCst);
        Ok(SkillOutput::new(self.answer.clone()))
    }
}

/// A store, and skills to read a page with and to look something up: the page says `page`.
struct Setup {
    store: Arc<dyn CheckpointStore>,
    page: Value,
    n_reads: Arc<AtomicUsize>,
    n_lookups: Arc<AtomicUsize>,
}

impl Setup {
    fn new(page: &str) -> Self {
        Self {
            store: Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock))),
            page: json!({ "body": page }),
            n_reads: Arc::default(),
            n_lookups: Arc::default(),
        }
    }

    fn skills(&self) -> SkillRegistry {
        let fetch = SkillManifest::new("fetch".parse().unwrap(), "1", Effect::Read);
        let lookup = SkillManifest::new("lookup".parse().unwrap(), "1", Effect::Idempotent)
            .with_input("name", InputKind::SqlParam)
            .with_input("note", InputKind::FreeText);
        let mut skills = SkillRegistry::new();
        for (manifest, answer, n_calls) in [
            (fetch, self.page.clone(), &self.n_reads),
            (lookup, json!("found"), &self.n_lookups),
        ] {
            let n_calls = Arc::clone(n_calls);
            let skill = Answering {
                manifest,
                answer,
                n_calls,
            };
            skills.register(Arc::new(skill)).unwrap();
        }
        skills
    }

    fn engine(&self, sandbox: impl PlanValidator + 'static) -> WorkflowEngine {
        WorkflowEngine::builder(Arc::clone(&self.store), self.skills(), fixture::worker_id())
            .validator(Arc::new(sandbox))
            .build()
    }

    async fn run(&self, plan: WorkflowPlan) -> WorkflowResult {
        let run = NewRun::new(plan, fixture::run_id(), Seed(1));
        self.engine(PlannerSandbox::default()).run(run).await.unwrap()
    }

    fn n_calls(&self) -> (usize, usize) {
        (
            self.n_reads.load(Ordering::SeqCst),
            self.n_lookups.load(Ordering::SeqCst),
        )
    }

    /// Puts an unfinished run with these rows into the store, as an engine leaves one that crashes.
    async fn put(&self, plan: &WorkflowPlan, is_accepted: bool, rows: Vec<JournalEntry>) {
        let worker = fixture::worker_id();
        let mut header = RunHeader::new(fixture::run_id(), plan, Seed(1), Map::new());
        header.validator_hash = is_accepted.then(|| PlannerSandbox::default().hash());
        let lease = self.store.create(&header, &worker).await.unwrap();
        let rows = rows.into_iter().enumerate();
        let rows = rows.map(|(step, entry)| entry.to_row(StepIndex::from_usize(step), 0).unwrap());
        self.store.append(&lease, rows.collect()).await.unwrap();
        self.store.retire(&worker).await.unwrap();
    }
}

fn plan(lookup: &Value) -> WorkflowPlan {
    let spec = json!({ "id": "w", "steps": [
        { "id": "page", "skill_id": "fetch" },
        { "id": "person", "skill_id": "lookup", "depends_on": ["page"], "inputs": lookup },
    ]});
    WorkflowPlan::new(serde_json::from_value(spec).unwrap()).unwrap()
}

fn by_reference() -> WorkflowPlan {
    plan(&json!({ "name": "${page.body}", "note": "${page.body}" }))
}

const HOSTILE: &str = "x'; DROP TABLE people; --";

#[tokio::test]
async fn a_hostile_plan_is_refused_with_its_report_and_nothing_is_called() {
    let setup = Setup::new("harmless");
    let plan = plan(&json!({ "name": HOSTILE }));
    let spec_hash = format!("{:x}", plan.hash());
    let result = setup.run(plan).await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::SandboxRejected, Some(ErrorCode::SandboxRejection))
    );
    assert_eq!(setup.n_calls(), (0, 0));
    let details = result.error_details.unwrap();
    assert_eq!(
        details["spec_hash"],
        json!(spec_hash),
        "the verdict is bound to the plan"
    );
    let finding = &details["findings"][0];
    assert_eq!(finding["rule_id"], "AOS-SQLI-004");
    assert_eq!(finding["code"], "INJECTION_DETECTED");
    assert_eq!(finding["pointer"], "/steps/1/inputs/name");
    assert_eq!(
        (&finding["step_id"], &finding["skill_id"]),
        (&json!("person"), &json!("lookup"))
    );
    for name in [
        "severity",
        "span",
        "excerpt",
        "fix",
        "cwe",
        "owasp",
        "fingerprint",
    ] {
        assert!(!finding[name].is_null(), "{name} is missing: {finding}");
    }
}

#[tokio::test]
async fn a_plan_that_asks_for_a_forbidden_skill_is_refused_although_there_is_no_such_skill() {
    let setup = Setup::new("harmless");
    let spec = json!({ "id": "w", "steps": [{ "id": "a", "skill_id": "Shell-Exec" }] });
    let plan = WorkflowPlan::new(serde_json::from_value(spec).unwrap()).unwrap();
    let result = setup.run(plan).await;
    assert_eq!(result.status, RunStatus::SandboxRejected);
    let finding = &result.error_details.unwrap()["findings"][0];
    assert_eq!(finding["forbidden_skill"], "shell_exec");
    assert_eq!(finding["code"], "FORBIDDEN_SKILL");
}

#[tokio::test]
async fn a_hostile_answer_is_stopped_before_the_skill_that_would_interpret_it() {
    let setup = Setup::new(HOSTILE);
    let result = setup.run(by_reference()).await;
    assert_eq!(
        (result.status, result.error_code),
        (RunStatus::SandboxRejected, Some(ErrorCode::SandboxRejection))
    );
    assert_eq!(result.failed_step, Some("person".parse().unwrap()));
    assert_eq!(setup.n_calls(), (1, 0));
    let findings = result.error_details.unwrap()["findings"].clone();
    assert_eq!(
        findings.as_array().map(Vec::len),
        Some(1),
        "text for people may say anything: {findings}"
    );
    assert_eq!(findings[0]["code"], "INJECTION_DETECTED");
    assert_eq!(findings[0]["pointer"], "/inputs/name");
}

#[tokio::test]
async fn a_harmless_answer_goes_through() {
    let setup = Setup::new("Siobhan O'Neill & Sons; at your service");
    let result = setup.run(by_reference()).await;
    assert_eq!(result.status, RunStatus::Completed, "{result:?}");
    assert_eq!(setup.n_calls(), (1, 1));
}

#[tokio::test]
async fn halves_of_an_attack_are_found_when_a_template_joins_them() {
    let setup = Setup::new("harmless");
    let spec = json!({
        "id": "w",
        "inputs": { "head": { "type": "string" }, "tail": { "type": "string" } },
        "steps": [{ "id": "a", "skill_id": "lookup", "inputs": { "name": "${inputs.head}${inputs.tail}" } }],
    });
    let plan = WorkflowPlan::new(serde_json::from_value(spec).unwrap()).unwrap();
    let inputs = json!({ "head": "x'; DROP TA", "tail": "BLE people; --" });
    let run = NewRun::new(plan, fixture::run_id(), Seed(1)).with_inputs(inputs.as_object().cloned().unwrap());
    let result = setup.engine(PlannerSandbox::default()).run(run).await.unwrap();
    assert_eq!(result.status, RunStatus::SandboxRejected);
    assert_eq!(setup.n_calls(), (0, 0));
}

/// Returns a sandbox under whose rules the plans of these tests may not run.
fn stricter() -> PlannerSandbox {
    PlannerSandbox::new(SandboxOptions::default().with_denied_skills(["lookup"]))
}

#[tokio::test]
async fn a_resumed_run_keeps_the_verdict_on_its_plan() {
    let setup = Setup::new("harmless");
    let page = StepResult::completed("page".parse().unwrap(), json!({ "body": "harmless" }));
    setup
        .put(&by_reference(), true, vec![JournalEntry::Ended(page)])
        .await;
    let result = setup.engine(stricter()).resume(&fixture::run_id()).await.unwrap();
    assert_eq!(result.status, RunStatus::Completed, "{result:?}");
    assert_eq!(setup.n_calls(), (0, 1));
}

#[tokio::test]
async fn a_run_whose_plan_was_never_judged_is_judged_when_it_is_resumed() {
    let setup = Setup::new("harmless");
    setup.put(&by_reference(), false, Vec::new()).await;
    let result = setup.engine(stricter()).resume(&fixture::run_id()).await.unwrap();
    assert_eq!(result.status, RunStatus::SandboxRejected, "{result:?}");
    assert_eq!(setup.n_calls(), (0, 0));
}

#[tokio::test]
async fn a_refusal_of_inputs_that_was_written_down_is_not_decided_again() {
    let setup = Setup::new("harmless");
    let page = StepResult::completed("page".parse().unwrap(), json!({ "body": "harmless" }));
    let mut denial = Denial::new(
        RunStatus::SandboxRejected,
        ErrorCode::SandboxRejection,
        "the sandbox refused it",
    );
    denial.details = Some(json!({ "findings": [{ "rule_id": "AOS-SQLI-004" }] }));
    let denied = JournalEntry::Denied { attempt: 1, denial };
    setup
        .put(&by_reference(), true, vec![JournalEntry::Ended(page), denied])
        .await;
    let result = setup
        .engine(PlannerSandbox::default())
        .resume(&fixture::run_id())
        .await
        .unwrap();
    assert_eq!(
        (result.status, result.failed_step),
        (RunStatus::SandboxRejected, Some("person".parse().unwrap()))
    );
    assert_eq!(
        result.error_details.unwrap()["findings"][0]["rule_id"],
        "AOS-SQLI-004"
    );
    assert_eq!(setup.n_calls(), (0, 0));
}

#[tokio::test]
async fn a_refused_run_stays_refused_under_looser_rules() {
    let setup = Setup::new("harmless");
    let run = NewRun::new(by_reference(), fixture::run_id(), Seed(1));
    let result = setup.engine(stricter()).run(run.clone()).await.unwrap();
    assert_eq!(result.status, RunStatus::SandboxRejected);
    let again = setup.engine(PlannerSandbox::default()).run(run).await.unwrap();
    assert_eq!(again.status, RunStatus::SandboxRejected);
    assert_eq!(setup.n_calls(), (0, 0));
}
