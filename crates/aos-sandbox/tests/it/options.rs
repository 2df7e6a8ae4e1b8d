//! Settings.

use aos_sandbox::{Limits, PlannerSandbox, SandboxOptions};
use serde_json::json;

#[test]
fn unknown_settings_are_refused() {
    assert!(SandboxOptions::from_toml("allow_skills = [\"shell_exec\"]").is_err());
    assert!(SandboxOptions::from_toml("[limits]\nmax_stepz = 3").is_err());
}

#[test]
fn limits_are_read() {
    let options =
        SandboxOptions::from_toml("untrusted_planner = true\n[limits]\nmax_steps = 1").expect("settings");
    assert!(options.untrusted_planner);
    let report = PlannerSandbox::new(options).validate(
        &json!({ "steps": [{ "id": "a", "skill_id": "echo" }, { "id": "b", "skill_id": "echo" }] }),
    );
    assert_eq!(report.violations[0].rule_id.id(), "AOS-LIMIT-003");
}

#[test]
fn only_the_named_skills_may_be_called() {
    let options = SandboxOptions::from_toml("only_skills = [\"echo\", \"rm_rf\"]").expect("settings");
    let plan = |skill: &str| json!({ "steps": [{ "id": "a", "skill_id": skill }] });
    let sandbox = PlannerSandbox::new(options);
    for (skill, expect) in [
        ("echo", None),
        ("Echo", Some("AOS-SKILL-005")),
        ("other", Some("AOS-SKILL-005")),
        ("rm_rf", Some("AOS-SKILL-001")),
    ] {
        let report = sandbox.validate(&plan(skill));
        let found = report.violations.first().map(|finding| finding.rule_id.id());
        assert_eq!(found, expect, "{skill}");
    }
}

#[test]
fn a_mistake_in_settings_is_named_with_its_place() {
    let error = SandboxOptions::from_toml("untrusted_planner = true\n[limits]\nmax_stepz = 3")
        .expect_err("a mistake");
    assert_eq!((error.line, error.column), (3, 1), "{error}");
    assert!(error.to_string().contains("max_stepz"), "{error}");
}

#[test]
fn the_hash_of_the_rules_changes_with_every_setting() {
    let of =
        |text: &str| PlannerSandbox::new(SandboxOptions::from_toml(text).expect("settings")).ruleset_hash();
    let texts = [
        "",
        "deny_skills = [\"a\"]",
        "only_skills = [\"a\"]",
        "allow_hosts = [\"a\"]",
        "untrusted_planner = true",
        "[limits]\nmax_steps = 1",
    ];
    let hashes: std::collections::BTreeSet<_> = texts.iter().map(|text| of(text).to_string()).collect();
    assert_eq!(hashes.len(), texts.len());
}

#[test]
fn the_page_about_the_sandbox_has_the_limits() {
    let page = include_str!("../../../../docs/sandbox.md");
    let limits = Limits::default();
    for (name, value) in [
        ("max_plan_bytes", limits.max_plan_bytes),
        ("max_depth", limits.max_depth),
        ("max_steps", limits.max_steps),
        ("max_string_bytes", limits.max_string_bytes),
        ("max_decode_depth", limits.max_decode_depth),
        ("max_decode_views", limits.max_decode_views),
        ("max_findings", limits.max_findings),
    ] {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")))
            .expect("a row");
        let cell = row.split('|').nth(2).expect("a cell").trim().replace(',', "");
        assert_eq!(cell, value.to_string(), "{name}");
    }
}

#[test]
fn an_allowed_host_may_be_internal_and_others_may_not() {
    let sandbox = PlannerSandbox::new(SandboxOptions::default().with_allowed_hosts(["localhost:8080"]));
    let plan =
        |url: &str| json!({ "steps": [{ "id": "a", "skill_id": "http_call", "inputs": { "url": url } }] });
    assert!(sandbox.validate(&plan("http://localhost:8080/health")).valid);
    assert!(!sandbox.validate(&plan("http://localhost:9090/health")).valid);
    assert!(
        !sandbox
            .validate(&plan("http://localhost:8080@169.254.169.254/"))
            .valid
    );
    assert!(!sandbox.validate(&plan("gopher://localhost:8080/")).valid);
}
