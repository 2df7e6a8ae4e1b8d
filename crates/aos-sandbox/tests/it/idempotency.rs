//! Idempotency keys.

use aos_sandbox::PlannerSandbox;
use aos_spec::{Effect, SkillId, SkillManifest};
use serde_json::{Value, json};

#[track_caller]
fn check(steps: &Value, violations: &[&str], warnings: &[&str]) {
    let report = PlannerSandbox::default().validate(&json!({ "steps": steps }));
    let ids = |findings: &[aos_sandbox::SandboxFinding]| -> Vec<&'static str> {
        findings
            .iter()
            .map(|finding| finding.rule_id.id())
            .filter(|id| id.starts_with("AOS-IDEM"))
            .collect()
    };
    assert_eq!(ids(&report.violations), violations, "{steps}");
    assert_eq!(ids(&report.warnings), warnings, "{steps}");
}

fn call(method: &str) -> Value {
    json!([{ "id": "a", "skill_id": "http_call", "inputs": { "url": "https://api.example.com", "method": method } }])
}

#[test]
fn requests_that_write_need_a_key() {
    for method in ["POST", "PUT", "PATCH", "DELETE", " post ", "Patch", "PURGE"] {
        check(&call(method), &["AOS-IDEM-001"], &[]);
    }
    for method in ["GET", "get", "HEAD", "OPTIONS"] {
        check(&call(method), &[], &[]);
    }
    check(
        &json!([{ "id": "a", "skill_id": "http_call", "inputs": { "url": "https://api.example.com" } }]),
        &[],
        &[],
    );
}

#[test]
fn writes_need_a_key_under_any_spelling() {
    check(
        &json!([{ "id": "a", "skill_id": "db_write" }]),
        &["AOS-IDEM-001"],
        &[],
    );
    check(
        &json!([{ "id": "a", "skill_id": "File-Write" }]),
        &["AOS-IDEM-001"],
        &[],
    );
    check(
        &json!([{ "id": "a", "skill_id": "db_write", "idempotency_key": null }]),
        &["AOS-IDEM-001"],
        &[],
    );
    check(
        &json!([{ "id": "a", "skill_id": "db_write", "idempotency_key": "order-4711" }]),
        &[],
        &[],
    );
    check(&json!([{ "id": "a", "skill_id": "db_read" }]), &[], &[]);
}

#[test]
fn a_hidden_method_counts_as_a_write() {
    check(&call("${pick.method}"), &["AOS-IDEM-001"], &["AOS-IDEM-006"]);
    let headers = json!([{ "id": "a", "skill_id": "http_call", "inputs": {
        "url": "https://api.example.com", "method": "GET", "headers": { "X-HTTP-Method-Override": "DELETE" } } }]);
    check(&headers, &["AOS-IDEM-001"], &["AOS-IDEM-006"]);
}

#[test]
fn keys_are_visible_text_of_a_fair_length() {
    let with = |key: Value| json!([{ "id": "a", "skill_id": "db_write", "idempotency_key": key }]);
    check(&with(json!("")), &["AOS-IDEM-002"], &[]);
    check(&with(json!("a key")), &["AOS-IDEM-002"], &[]);
    check(&with(json!("key\n0123456789")), &["AOS-IDEM-002"], &[]);
    check(&with(json!("x".repeat(300))), &["AOS-IDEM-002"], &[]);
    check(&with(json!(4711)), &["AOS-IDEM-002"], &[]);
    check(&with(json!("k1")), &[], &["AOS-IDEM-007"]);
    check(&with(json!("order-{{uuid}}")), &[], &["AOS-IDEM-004"]);
}

#[test]
fn one_key_for_two_requests_is_refused() {
    let step = |id: &str, value: u32| json!({ "id": id, "skill_id": "db_write", "inputs": { "v": value }, "idempotency_key": "order-4711" });
    check(&json!([step("a", 1), step("b", 2)]), &["AOS-IDEM-003"], &[]);
    check(&json!([step("a", 1), step("b", 1)]), &[], &[]);
}

#[test]
fn a_key_by_an_outsider_is_refused() {
    let steps = json!([
        { "id": "page", "skill_id": "http_call", "inputs": { "url": "https://example.com" } },
        { "id": "a", "skill_id": "db_write", "idempotency_key": "order-${page.body}" },
    ]);
    check(&steps, &["AOS-IDEM-005"], &[]);
}

#[test]
fn manifests_can_ask_for_a_key() {
    let manifest = SkillManifest::new(SkillId::new("pay").expect("an id"), "1", Effect::Once)
        .requiring_idempotency_key();
    let report = PlannerSandbox::default()
        .with_manifests([manifest])
        .validate(&json!({ "steps": [{ "id": "a", "skill_id": "pay" }] }));
    assert_eq!(report.violations[0].rule_id.id(), "AOS-IDEM-001");
}
