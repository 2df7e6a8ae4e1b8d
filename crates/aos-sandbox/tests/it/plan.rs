//! The shape of plans, and the bounds on them.

use aos_sandbox::{Limits, PlannerSandbox, SandboxOptions};
use serde_json::{Value, json};

#[track_caller]
fn check(plan: &str, expect: &[&str]) {
    let report = PlannerSandbox::default().validate_bytes(plan.as_bytes());
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|finding| finding.rule_id.id())
        .collect();
    assert_eq!(found, expect, "{report:#?}");
    assert_eq!(report.valid, expect.is_empty());
}

#[test]
fn benign_plan_is_valid() {
    check(
        r#"{"id":"p","steps":[
            {"id":"fetch","skill_id":"http_call","inputs":{"url":"https://api.example.com/orders","method":"GET"}},
            {"id":"note","skill_id":"llm","inputs":{"prompt":"Summarise O'Brien's order; it's urgent & don't drop a table: ${fetch.body}"}}
        ]}"#,
        &[],
    );
}

#[test]
fn what_is_no_plan_is_refused() {
    check("not json", &["AOS-PLAN-005"]);
    check("{} trailing", &["AOS-PLAN-005"]);
    check("42", &["AOS-PLAN-001"]);
    check(r#"{"id":"p"}"#, &["AOS-PLAN-001"]);
}

#[test]
fn duplicate_keys_are_refused() {
    check(
        r#"{"steps":[{"id":"a","skill_id":"echo","skill_id":"llm"}]}"#,
        &["AOS-PLAN-002"],
    );
}

#[test]
fn nesting_is_bounded() {
    let plan = format!("{}1{}", r#"{"steps":["#.repeat(40), "]}".repeat(40));
    check(&plan, &["AOS-LIMIT-002"]);
    let mut value = json!(1);
    for _ in 0..40 {
        value = json!([value]);
    }
    let report = PlannerSandbox::default().validate(&json!({ "steps": [], "x": value }));
    assert_eq!(report.violations[0].rule_id.id(), "AOS-LIMIT-002");
}

#[test]
fn ten_thousand_steps_are_refused() {
    let steps: Vec<Value> = (0..10_000)
        .map(|n| json!({ "id": format!("s{n}"), "skill_id": "echo" }))
        .collect();
    let report = PlannerSandbox::default().validate(&json!({ "steps": steps }));
    assert_eq!(report.violations.len(), 1);
    assert_eq!(report.violations[0].rule_id.id(), "AOS-LIMIT-003");
}

#[test]
fn long_strings_and_long_plans_are_refused() {
    let plan =
        json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": { "text": "a".repeat(70_000) } }] });
    check(&plan.to_string(), &["AOS-LIMIT-004"]);
    check(&" ".repeat(2_000_000), &["AOS-LIMIT-001"]);
}

#[test]
fn findings_are_bounded_and_the_rest_is_counted() {
    let mut limits = Limits::default();
    limits.max_findings = 3;
    let sandbox = PlannerSandbox::new(SandboxOptions::default().with_limits(limits));
    let inputs: Vec<&str> = vec!["' OR 1=1 --"; 10];
    let report = sandbox
        .validate(&json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": { "list": inputs } }] }));
    assert_eq!(report.violations.len(), 4);
    assert_eq!(report.violations[3].rule_id.id(), "AOS-LIMIT-006");
}

#[test]
fn steps_need_ids_of_their_own() {
    check(
        r#"{"steps":[{"id":"a","skill_id":"echo"},{"id":"a","skill_id":"echo"},{"skill_id":"echo"},{"id":"a b","skill_id":"echo"}]}"#,
        &["AOS-PLAN-004", "AOS-PLAN-003", "AOS-PLAN-003"],
    );
}

#[test]
fn payloads_in_keys_are_found() {
    let plan =
        json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": { "filter": { "' OR '1'='1": 1 } } }] });
    let report = PlannerSandbox::default().validate(&plan);
    assert_eq!(report.violations[0].rule_id.id(), "AOS-SQLI-002");
    assert!(report.violations[0].in_key);
    assert_eq!(report.violations[0].pointer, "/steps/0/inputs/filter/' OR '1'='1");
}

#[test]
fn payloads_at_any_depth_are_found_with_their_place() {
    let plan = json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": { "list": [{ "deep": [null, "x; rm -rf /"] }] } }] });
    let report = PlannerSandbox::default().validate(&plan);
    let finding = &report.violations[0];
    assert_eq!(finding.rule_id.id(), "AOS-CMDI-001");
    assert_eq!(finding.pointer, "/steps/0/inputs/list/0/deep/1");
    assert_eq!(finding.step_id.as_deref(), Some("a"));
    assert_eq!(finding.skill_id.as_deref(), Some("echo"));
    assert_eq!(finding.span, Some(1..11));
    assert_eq!((finding.cwe, finding.owasp), (78, "ASI05"));
}

#[test]
fn all_findings_are_reported_in_document_order() {
    let plan = json!({ "steps": [
        { "id": "a", "skill_id": "rm_rf", "inputs": { "x": "../../../etc/passwd", "y": "'; DROP TABLE users; --" } },
        { "id": "b", "skill_id": "echo", "inputs": { "z": "{{7*7}}" } },
    ]});
    let report = PlannerSandbox::default().validate(&plan);
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|finding| (finding.rule_id.id(), finding.pointer.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("AOS-SKILL-001", "/steps/0/skill_id"),
            ("AOS-PATH-001", "/steps/0/inputs/x"),
            ("AOS-SQLI-004", "/steps/0/inputs/y"),
            ("AOS-SSTI-003", "/steps/1/inputs/z"),
        ]
    );
    assert_eq!(report, PlannerSandbox::default().validate(&plan));
}

#[test]
fn text_for_people_only_warns() {
    let plan = json!({ "description": "try ' OR 1=1 -- here", "steps": [{ "id": "a", "skill_id": "echo" }] });
    let report = PlannerSandbox::default().validate(&plan);
    assert!(report.valid);
    assert_eq!(report.warnings[0].rule_id.id(), "AOS-SQLI-002");
}

#[test]
fn secrets_are_masked_in_excerpts() {
    let plan = json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": {
        "password": "hunter2' OR '1'='1",
        "note": "sk-abcdefghijklmnop' OR '1'='1",
    } }] });
    let report = PlannerSandbox::default().validate(&plan);
    assert_eq!(report.violations.len(), 2);
    let shown = serde_json::to_string(&report).expect("reports are JSON");
    assert!(
        !shown.contains("hunter2") && !shown.contains("abcdefgh"),
        "{shown}"
    );
}
