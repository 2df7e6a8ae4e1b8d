//! Forbidden and unknown skills.

use aos_sandbox::{PlannerSandbox, SandboxOptions, policy};
use aos_spec::{Effect, SkillId, SkillManifest};
use serde_json::json;

#[track_caller]
fn check(skill: &str, expect: &[&str]) {
    let report = PlannerSandbox::default().validate(&json!({ "steps": [{ "id": "a", "skill_id": skill }] }));
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|finding| finding.rule_id.id())
        .collect();
    assert_eq!(found, expect, "{skill}");
}

#[test]
fn every_skill_of_the_list_is_denied() {
    let listed: Vec<_> = policy::built_in().collect();
    for skill in [
        "shell_exec",
        "os_command",
        "db_drop",
        "file_delete",
        "network_raw",
        "eval_code",
        "system_call",
        "shell_execute",
        "os_remove",
        "db_truncate",
        "system_reboot",
        "system_shutdown",
        "rm_rf",
        "format_disk",
    ] {
        assert!(listed.contains(&skill), "{skill}");
        check(skill, &["AOS-SKILL-001"]);
    }
}

#[test]
fn spelling_does_not_help() {
    for skill in [
        "Shell-Exec",
        "shell.exec",
        "SHELL_EXEC",
        "shell__exec",
        "shellexec",
        "tools/shell_exec",
        "mcp__host__shell_exec",
        "functions.shell_exec",
        "shell_exec@2",
        "she11_exec",
        "db:drop",
        "RmRf",
    ] {
        check(skill, &["AOS-SKILL-001"]);
    }
    // Full-width, Cyrillic and Greek letters, a soft hyphen.
    for skill in [
        "ｓhell_exec",
        "shеll_exec",
        "shell_ехес",
        "ѕhell_exec",
        "eval_cοde",
    ] {
        let report =
            PlannerSandbox::default().validate(&json!({ "steps": [{ "id": "a", "skill_id": skill }] }));
        assert!(report.violates(aos_sandbox::Rule::SkillDenied), "{skill}");
    }
}

#[test]
fn other_skills_are_allowed() {
    for skill in [
        "http_call",
        "file_read",
        "file_write_draft",
        "shell_execution_report",
        "drop_db_copy",
        "exec_summary",
    ] {
        let report =
            PlannerSandbox::default().validate(&json!({ "steps": [{ "id": "a", "skill_id": skill }] }));
        assert!(report.valid, "{skill}");
    }
}

#[test]
fn denied_skills_are_found_wherever_a_skill_may_stand() {
    for plan in [
        json!({ "steps": [{ "id": "a", "tool": "shell_exec" }] }),
        json!({ "steps": [{ "id": "a", "skill_id": "loop", "inputs": { "body": [{ "action": "os_command" }] } }] }),
        json!({ "steps": [{ "id": "a", "skill_id": "run", "sub_plan": { "steps": [{ "id": "b", "skill": "rm_rf" }] } }] }),
        json!({ "steps": [{ "id": "a", "skill_id": "echo", "fallback": "eval_code" }] }),
        json!([{ "id": "a", "skill": "echo", "then": [{ "id": "b", "tool_name": "db.drop" }] }]),
    ] {
        let report = PlannerSandbox::default().validate(&plan);
        assert!(report.violates(aos_sandbox::Rule::SkillDenied), "{plan}");
    }
}

#[test]
fn a_skill_chosen_at_run_time_is_refused() {
    check("${pick.name}", &["AOS-SKILL-003"]);
    check("tool_${pick.name}", &["AOS-SKILL-003"]);
}

#[test]
fn unknown_skills_are_refused_when_the_skills_are_known() {
    let manifest = SkillManifest::new(SkillId::new("echo").expect("an id"), "1", Effect::Pure);
    let sandbox = PlannerSandbox::default().with_manifests([manifest]);
    let report = sandbox.validate(
        &json!({ "steps": [{ "id": "a", "skill_id": "echo" }, { "id": "b", "skill_id": "ecko" }] }),
    );
    assert_eq!(report.violations.len(), 1);
    assert_eq!(report.violations[0].rule_id.id(), "AOS-SKILL-002");
    assert_eq!(report.violations[0].pointer, "/steps/1/skill_id");
}

#[test]
fn the_deny_list_grows_and_never_shrinks() {
    let options = SandboxOptions::from_toml("deny_skills = [\"send_money\"]").expect("settings");
    let sandbox = PlannerSandbox::new(options);
    let report = sandbox.validate(
        &json!({ "steps": [{ "id": "a", "skill_id": "Send.Money" }, { "id": "b", "skill_id": "rm_rf" }] }),
    );
    assert_eq!(report.violations.len(), 2);
    assert_ne!(sandbox.ruleset_hash(), PlannerSandbox::default().ruleset_hash());
}
