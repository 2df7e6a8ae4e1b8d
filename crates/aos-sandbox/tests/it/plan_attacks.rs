//! Attacks that only a plan as a whole shows, each as a plan, and harmless plans that look like them.

use std::collections::BTreeSet;

use aos_sandbox::{PlannerSandbox, SandboxFinding};
use aos_spec::{Effect, SkillManifest, SkillRegistry, WorkflowPlan, port::PlanValidator, skill::InputKind};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support;

/// A plan with what must be found in it, and nothing else.
#[derive(Deserialize)]
struct Case {
    name: String,
    plan: Option<Value>,
    /// The plan as text, where its text is what matters.
    text: Option<String>,
    violations: BTreeSet<String>,
    #[serde(default)]
    warnings: BTreeSet<String>,
}

fn manifests() -> Vec<SkillManifest> {
    let manifest = |id: &str, effect| SkillManifest::new(id.parse().expect("an id"), "1", effect);
    vec![
        manifest("db_write", Effect::Idempotent).with_input("row", InputKind::Json),
        manifest("http_call", Effect::Idempotent)
            .with_input("url", InputKind::Url)
            .with_input("method", InputKind::Enum)
            .with_input("body", InputKind::Json),
        manifest("llm", Effect::Read).with_input("prompt", InputKind::FreeText),
        manifest("render", Effect::Pure)
            .with_input("template", InputKind::Template)
            .with_input("data", InputKind::TemplateData),
        manifest("send_mail", Effect::Once)
            .with_input("to", InputKind::Email)
            .with_input("subject", InputKind::Header)
            .with_input("body", InputKind::FreeText)
            .requiring_idempotency_key(),
        manifest("sql_query", Effect::Read)
            .with_input("statement", InputKind::Sql)
            .with_input("value", InputKind::SqlParam),
    ]
}

fn ids(findings: &[SandboxFinding]) -> BTreeSet<String> {
    findings
        .iter()
        .map(|finding| finding.rule_id.to_string())
        .collect()
}

#[test]
fn every_plan_of_the_corpus_is_judged_as_it_says() {
    let cases: Vec<Case> = include_str!("../data/plans.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect();
    assert!(cases.len() >= 30);
    let sandbox = PlannerSandbox::default().with_manifests(manifests());
    for case in cases {
        let text = case
            .text
            .unwrap_or_else(|| case.plan.expect("a plan or a text").to_string());
        let report = sandbox.validate_bytes(text.as_bytes());
        assert_eq!(
            ids(&report.violations),
            case.violations,
            "{}: {report:#?}",
            case.name
        );
        assert_eq!(report.valid, case.violations.is_empty(), "{}", case.name);
        let missing: Vec<_> = case
            .warnings
            .difference(&ids(&report.warnings))
            .cloned()
            .collect();
        assert!(missing.is_empty(), "{}: no {missing:?}", case.name);
        for finding in report.findings() {
            assert!(
                finding.owasp.starts_with("ASI") && finding.cwe > 0 && !finding.fingerprint.is_empty(),
                "{finding:?}"
            );
        }
    }
}

fn registry() -> SkillRegistry {
    support::registry(manifests())
}

fn workflow(steps: &Value) -> WorkflowPlan {
    let spec = json!({ "id": "w", "steps": steps });
    WorkflowPlan::new(serde_json::from_value(spec).expect("a workflow")).expect("a plan")
}

/// Checks the inputs of the last step of `steps`, and whether the plan alone tells that they may be refused.
#[track_caller]
fn check_at_run_time(steps: &Value, resolved: &Value, expect: &[&str]) {
    let (plan, registry, sandbox) = (workflow(steps), registry(), PlannerSandbox::default());
    assert!(sandbox.validate_plan(&plan, &registry).is_ok(), "{steps}");
    let step = plan.spec().steps.last().expect("a step");
    let skill = registry
        .get(step.skill_id.as_str())
        .expect("registered")
        .manifest();
    let inputs = resolved.as_object().expect("inputs");
    let found: Vec<String> = sandbox
        .check_inputs(&plan, &step.id, skill, inputs)
        .err()
        .map_or_else(Vec::new, |rejection| {
            let findings = rejection.findings().iter();
            findings.map(|finding| finding.rule_id.clone()).collect()
        });
    assert_eq!(found, expect, "{resolved}");
    assert!(expect.is_empty() || sandbox.may_refuse(step, skill), "{steps}");
}

#[test]
fn a_hostile_value_behind_a_reference_is_found_at_run_time() {
    let page = json!({ "id": "page", "skill_id": "llm", "inputs": { "prompt": "hi" } });
    let query = json!({ "id": "q", "skill_id": "sql_query",
        "inputs": { "statement": "SELECT 1", "value": "${page.answer}" } });
    let steps = json!([page, query]);
    let resolved = |value: &str| json!({ "statement": "SELECT 1", "value": value });
    check_at_run_time(&steps, &resolved("Zoë O'Connor"), &[]);
    check_at_run_time(&steps, &resolved("x' OR '1'='1"), &["AOS-SQLI-002"]);

    let get = json!({ "id": "g", "skill_id": "http_call", "inputs": { "url": "${page.answer}" } });
    let steps = json!([page, get]);
    check_at_run_time(&steps, &json!({ "url": "https://example.com/a" }), &[]);
    check_at_run_time(&steps, &json!({ "url": "http://[::1]:8080/" }), &["AOS-SSRF-001"]);
}

#[test]
fn what_nothing_interprets_may_say_anything_at_run_time() {
    let page = json!({ "id": "page", "skill_id": "llm", "inputs": { "prompt": "hi" } });
    let write = json!({ "id": "w", "skill_id": "db_write", "idempotency_key": "order-4711",
        "inputs": { "row": { "text": "${page.answer}" } } });
    let row = json!({ "row": { "text": "x'; DROP TABLE people; --" } });
    check_at_run_time(&json!([page, write]), &row, &[]);
    let ask = json!({ "id": "a", "skill_id": "llm", "inputs": { "prompt": "${page.answer}" } });
    check_at_run_time(&json!([page, ask]), &json!({ "prompt": "; rm -rf / #" }), &[]);
}

#[test]
fn only_steps_that_interpret_a_reference_can_be_refused() {
    let (registry, sandbox) = (registry(), PlannerSandbox::default());
    let may_refuse = |skill: &str, inputs: Value| {
        let plan = workflow(&json!([
            { "id": "page", "skill_id": "llm", "inputs": { "prompt": "hi" } },
            { "id": "s", "skill_id": skill, "inputs": inputs },
        ]));
        let manifest = registry.get(skill).expect("registered").manifest();
        sandbox.may_refuse(&plan.spec().steps[1], manifest)
    };
    assert!(may_refuse("sql_query", json!({ "value": "${page.answer}" })));
    assert!(may_refuse(
        "sql_query",
        json!({ "value": [{ "deep": "x ${page.answer}" }] })
    ));
    assert!(may_refuse("send_mail", json!({ "undeclared": "${page.answer}" })));
    assert!(!may_refuse("sql_query", json!({ "value": "a literal" })));
    assert!(!may_refuse("llm", json!({ "prompt": "${page.answer}" })));
    assert!(!may_refuse("render", json!({ "undeclared": "${page.answer}" })));
}

#[test]
fn secrets_in_run_time_values_are_masked() {
    let (registry, sandbox) = (registry(), PlannerSandbox::default());
    let plan = workflow(&json!([
        { "id": "page", "skill_id": "llm", "inputs": { "prompt": "hi" } },
        { "id": "s", "skill_id": "send_mail", "idempotency_key": "mail-0001",
          "inputs": { "password": "${page.answer}", "nested": { "api_key": "${page.answer}" } } },
    ]));
    let skill = registry.get("send_mail").expect("registered").manifest();
    let hostile = "hunter2' OR '1'='1";
    let inputs = json!({ "password": hostile, "nested": { "api_key": hostile } });
    let inputs = inputs.as_object().expect("inputs");
    let step = "s".parse().expect("an id");
    let rejection = sandbox
        .check_inputs(&plan, &step, skill, inputs)
        .expect_err("hostile");
    let shown = serde_json::to_string(&rejection).expect("JSON");
    assert_eq!(rejection.findings().len(), 2, "{shown}");
    assert!(
        shown.contains("[masked]") && !shown.contains("hunter2"),
        "{shown}"
    );
}
