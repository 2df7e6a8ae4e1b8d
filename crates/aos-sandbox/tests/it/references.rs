//! References between steps.

use aos_sandbox::{PlannerSandbox, scan_text};
use serde_json::json;

#[track_caller]
fn check(inputs: &str, expect: &[&str]) {
    let plan = json!({
        "inputs": { "city": { "type": "string" } },
        "steps": [
            { "id": "first", "skill_id": "echo", "inputs": {} },
            { "id": "second", "skill_id": "echo", "inputs": { "text": inputs } },
            { "id": "third", "skill_id": "echo", "inputs": {} },
        ],
    });
    let report = PlannerSandbox::default().validate(&plan);
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|finding| finding.rule_id.id())
        .collect();
    assert_eq!(found, expect, "{inputs}");
}

#[test]
fn references_to_existing_steps_are_no_injection() {
    for text in [
        "${first}",
        "${first.body}",
        "reports/${first.date}/x.md",
        "\"${first.a}\"",
        "${first.items[0].name}; ${first.b}",
        "{\"id\": \"${first.id}\"}",
        "[${first.a}, ${first.b}]",
        "${first[\"odd name\"]} > 10",
        "${inputs.city}",
        "cost: $5 and $${x}",
        "SELECT * FROM t WHERE id = ${first.id}",
    ] {
        check(text, &[]);
    }
}

#[test]
fn references_that_lead_nowhere_are_refused() {
    check("${missing.body}", &["AOS-REF-001"]);
    check("${inputs.town}", &["AOS-REF-004"]);
    check("${second.body}", &["AOS-REF-002"]);
}

#[test]
fn a_later_step_is_a_warning_since_dependencies_order_the_run() {
    let plan = json!({ "steps": [
        { "id": "a", "skill_id": "echo", "inputs": { "x": "${b.y}" } },
        { "id": "b", "skill_id": "echo" },
    ]});
    let report = PlannerSandbox::default().validate(&plan);
    assert!(report.valid);
    assert_eq!(report.warnings[0].rule_id.id(), "AOS-REF-005");
}

#[test]
fn cycles_and_unknown_dependencies_are_refused() {
    let plan = json!({ "steps": [
        { "id": "a", "skill_id": "echo", "inputs": { "x": "${b.y}" } },
        { "id": "b", "skill_id": "echo", "depends_on": ["a", "nobody"] },
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
            ("AOS-REF-001", "/steps/1/depends_on/1"),
            ("AOS-REF-002", "/steps/0/inputs")
        ]
    );
}

#[test]
fn expressions_are_no_references() {
    check("${7*7}", &["AOS-REF-003", "AOS-SSTI-003"]);
    check(
        "${T(java.lang.Runtime).getRuntime().exec('id')}",
        &["AOS-REF-003", "AOS-SSTI-001"],
    );
    check("${first.body", &["AOS-REF-003"]);
}

#[test]
fn a_payload_beside_a_reference_is_found() {
    check("${first.name}' OR '1'='1", &["AOS-SQLI-002"]);
    check("${first.name}; rm -rf /", &["AOS-CMDI-001"]);
}

#[test]
fn single_texts_know_their_steps() {
    assert!(
        scan_text("${a.b}; then ${c}", None, &["a", "c"])
            .violations
            .is_empty()
    );
    assert!(scan_text("${a.b}", None, &[]).violations.is_empty());
}
