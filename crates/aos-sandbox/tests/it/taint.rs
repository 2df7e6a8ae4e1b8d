//! Where values by outsiders go.

use aos_sandbox::{Label, PlannerSandbox, Rule};
use aos_spec::{Effect, SkillId, SkillManifest, skill::InputKind};
use serde_json::{Value, json};

fn manifest(id: &str, effect: Effect) -> SkillManifest {
    SkillManifest::new(SkillId::new(id).expect("an id"), "1", effect)
}

fn sandbox() -> PlannerSandbox {
    PlannerSandbox::default().with_manifests([
        manifest("fetch", Effect::Read),
        manifest("clean", Effect::Pure),
        manifest("now", Effect::Read).with_untrusted_output(false),
        manifest("query", Effect::Read)
            .with_input("sql", InputKind::Sql)
            .with_input("id", InputKind::SqlParam),
        manifest("get", Effect::Read).with_input("url", InputKind::Url),
        manifest("run", Effect::Once).with_input("line", InputKind::Shell),
    ])
}

#[track_caller]
fn check(step: &Value, expect: &[&str]) {
    let plan = json!({ "steps": [
        { "id": "page", "skill_id": "fetch" },
        { "id": "text", "skill_id": "clean", "inputs": { "x": "${page.body}" } },
        { "id": "time", "skill_id": "now" },
        step,
    ]});
    let report = sandbox().validate(&plan);
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|finding| finding.rule_id.id())
        .collect();
    assert_eq!(found, expect, "{report:#?}");
}

#[test]
fn values_are_bound_and_not_written_into_statements() {
    check(
        &json!({ "id": "q", "skill_id": "query", "inputs": { "sql": "SELECT a FROM t WHERE id = ?", "id": "${page.id}" } }),
        &[],
    );
    check(
        &json!({ "id": "q", "skill_id": "query", "inputs": { "sql": "SELECT a FROM t WHERE id = '${page.id}'" } }),
        &["AOS-TAINT-002"],
    );
    check(
        &json!({ "id": "q", "skill_id": "query", "inputs": { "sql": "${page.sql}" } }),
        &["AOS-TAINT-002"],
    );
}

#[test]
fn outsiders_choose_no_host_and_write_no_command() {
    check(
        &json!({ "id": "q", "skill_id": "get", "inputs": { "url": "https://api.example.com/u/${page.id}" } }),
        &[],
    );
    check(
        &json!({ "id": "q", "skill_id": "get", "inputs": { "url": "https://${page.host}/u" } }),
        &["AOS-TAINT-004"],
    );
    check(
        &json!({ "id": "q", "skill_id": "get", "inputs": { "url": "https://${time.zone}.example.com/" } }),
        &[],
    );
    check(
        &json!({ "id": "q", "skill_id": "run", "inputs": { "line": "ls ${page.dir}" } }),
        &["AOS-TAINT-003"],
    );
}

#[test]
fn labels_flow_through_computation() {
    check(
        &json!({ "id": "q", "skill_id": "get", "inputs": { "url": "https://${text.host}/u" } }),
        &["AOS-TAINT-004"],
    );
}

#[test]
fn guards_list_what_is_checked_at_run_time() {
    let plan = json!({ "steps": [
        { "id": "page", "skill_id": "fetch" },
        { "id": "q", "skill_id": "query", "inputs": { "id": "${page.id}" } },
    ]});
    let report = sandbox().validate(&plan);
    assert_eq!(report.guards.len(), 1);
    let guard = &report.guards[0];
    assert_eq!(
        (guard.step_id.as_str(), guard.pointer.as_str()),
        ("q", "/steps/1/inputs/id")
    );
    assert_eq!((guard.sink, guard.label), (InputKind::SqlParam, Label::Untrusted));
    assert_eq!(guard.reference, "${page.id}");
}

#[test]
fn values_are_checked_at_run_time() {
    let check = |sink, value: Value| -> Vec<Rule> {
        sandbox()
            .check_value(sink, &value, Label::Untrusted)
            .into_iter()
            .map(|finding| finding.rule_id)
            .collect()
    };
    assert_eq!(
        check(InputKind::SqlParam, json!("' OR '1'='1")),
        [Rule::SqlTautology]
    );
    assert_eq!(
        check(InputKind::Path, json!({ "a": ["../../etc/passwd"] })),
        [Rule::PathTraversal]
    );
    assert_eq!(
        check(InputKind::Url, json!("http://169.254.169.254/latest/")),
        [Rule::UrlMetadata]
    );
    assert_eq!(check(InputKind::SqlParam, json!("O'Brien")), []);
    assert!(
        sandbox()
            .check_value(InputKind::SqlParam, &json!("' OR '1'='1"), Label::Trusted)
            .is_empty()
    );
}
