//! Settings.

use aos_sandbox::{PlannerSandbox, SandboxOptions};
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
