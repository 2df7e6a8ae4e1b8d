//! Plans of agents from the command line: checking them, and making them of tool calls.

use crate::support::{Desk, HELLO, repository};

const HOSTILE: &str = r#"{
  "id": "p",
  "steps": [
    { "id": "a", "skill_id": "echo", "inputs": { "text": "x; rm -rf / #" } },
    { "id": "b", "skill_id": "Shell-Exec" }
  ]
}
"#;

#[test]
fn a_hostile_plan_is_shown_where_it_is_hostile() {
    let desk = Desk::with(&[("p.json", HOSTILE)]);
    desk.check(&["plan", "check", "p.json"], 4)
        .answers(&[
            "error[AOS-CMDI-001]",
            "--> p.json:4:60",
            "\"x; rm -rf / #\"",
            "error[AOS-SKILL-001]",
            "--> p.json:5:30",
            "p.json: refused, 2 steps, 2 violations",
        ])
        .says(&["aos explain sandbox"]);
}

#[test]
fn the_answer_for_programs_has_every_finding_with_its_place() {
    let desk = Desk::with(&[("p.json", HOSTILE)]);
    let report = desk.check(&["plan", "check", "p.json", "-o", "json"], 4).json();
    assert_eq!(report["valid"], false);
    let finding = &report["violations"][0];
    assert_eq!(finding["rule_id"], "AOS-CMDI-001");
    assert_eq!(finding["code"], "INJECTION_DETECTED");
    assert_eq!(finding["pointer"], "/steps/0/inputs/text");
    assert_eq!(finding["step_id"], "a");
    assert_eq!((&finding["line"], &finding["column"]), (&4.into(), &60.into()));
    assert_eq!(report["violations"][1]["forbidden_skill"], "shell_exec");
    assert_eq!(report["ruleset_hash"].as_str().unwrap().len(), 64);
}

#[test]
fn a_harmless_plan_may_run() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["plan", "check", "hello.yaml"], 0)
        .answers(&["hello.yaml: ok, 2 steps"]);
}

#[test]
fn every_example_passes() {
    let desk = Desk::new();
    for name in [
        "triage/triage.yaml",
        "orders/orders.yaml",
        "inventory/inventory.yaml",
        "inventory/inventory.json",
    ] {
        let path = repository().join("examples").join(name).display().to_string();
        desk.check(&["plan", "check", &path], 0);
    }
}

#[test]
fn what_is_no_plan_is_invalid() {
    let desk = Desk::with(&[
        ("prose.json", "I would rather not."),
        ("empty.json", "{}"),
        ("broken.yaml", "steps: ["),
    ]);
    desk.check(&["plan", "check", "prose.json"], 3).says(&[
        "error[INVALID_PLAN]",
        "this cannot be read as a plan",
        "prose.json:1:1",
    ]);
    desk.check(&["plan", "check", "empty.json"], 3)
        .answers(&["AOS-PLAN-001"]);
    desk.check(&["plan", "check", "broken.yaml"], 3);
    desk.check(&["plan", "check", "nowhere.json"], 8);
}

#[test]
fn a_key_that_stands_twice_is_shown_at_its_second_place() {
    let plan = "{\"steps\": [{ \"id\": \"a\", \"skill_id\": \"noop\",\n \"skill_id\": \"echo\" }]}";
    let desk = Desk::with(&[("p.json", plan)]);
    desk.check(&["plan", "check", "p.json"], 4)
        .answers(&["error[AOS-PLAN-002]", "--> p.json:2:2"]);
}

#[test]
fn secrets_in_a_plan_are_not_shown() {
    let plan =
        r#"{"steps": [{ "id": "a", "skill_id": "echo", "inputs": { "password": "hunter2' OR '1'='1" } }]}"#;
    let desk = Desk::with(&[("p.json", plan)]);
    for args in [
        &["plan", "check", "p.json"][..],
        &["plan", "check", "p.json", "-o", "json"],
        &["plan", "check", "p.json", "--format", "sarif"],
        &["plan", "check", "p.json", "--format", "github"],
    ] {
        let ended = desk.check(args, 4);
        ended.answers(&["AOS-SQLI-002"]);
        assert!(
            !ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"),
            "{ended:?}"
        );
    }
}

#[test]
fn reports_for_other_programs_name_the_place() {
    let desk = Desk::with(&[("p.json", HOSTILE)]);
    let sarif = desk
        .check(&["plan", "check", "p.json", "--format", "sarif"], 4)
        .json();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "p.json");
    assert_eq!(
        (&place["region"]["startLine"], &place["region"]["startColumn"]),
        (&4.into(), &60.into())
    );
    desk.check(&["plan", "check", "p.json", "--format", "github"], 4)
        .answers(&["::error file=p.json,line=4,col=60,title=AOS-CMDI-001::"]);
}

#[test]
fn which_skills_there_are_can_be_said() {
    let plan = r#"{"steps": [{ "id": "a", "skill_id": "send_mail", "inputs": { "body": "hello" } }]}"#;
    let skills = r#"{"skills": [{ "id": "send_mail", "version": "1", "description": "", "effect": "once",
        "input_schema": true, "output_schema": true, "input_kinds": { "body": "free_text" },
        "untrusted_output": false, "needs_idempotency_key": true }]}"#;
    let desk = Desk::with(&[("p.json", plan), ("skills.json", skills), ("bad.json", "{}")]);
    desk.check(&["plan", "check", "p.json"], 4)
        .answers(&["AOS-SKILL-002"]);
    desk.check(&["plan", "check", "p.json", "--any-skill"], 0);
    desk.check(&["plan", "check", "p.json", "--skills", "skills.json"], 4)
        .answers(&["AOS-IDEM-001"]);
    desk.check(&["plan", "check", "p.json", "--skills", "bad.json"], 3)
        .says(&["read the skills", "aos skills list -o json"]);
    let own = desk.check(&["skills", "list", "-o", "json"], 0).stdout;
    desk.write("own.json", own);
    desk.write("hello.yaml", HELLO);
    desk.check(&["plan", "check", "hello.yaml", "--skills", "own.json"], 0);
}

#[test]
fn a_plan_comes_from_standard_input_too() {
    let desk = Desk::with(&[("list.json", r#"[{ "id": "a", "tool": "rm_rf" }]"#)]);
    let input = std::fs::File::open(desk.path("list.json")).unwrap();
    let output = desk
        .command(&["plan", "check", "-"])
        .stdin(input)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("standard input:1:23"), "{text}");
}

#[test]
fn tool_calls_become_a_plan_that_can_be_checked_and_run() {
    let openai = r#"{"choices": [{"message": {"tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "echo", "arguments": "{\"text\": \"hi\"}"}},
        {"id": "call_2", "type": "function", "function": {"name": "noop", "arguments": ""}}]}}]}"#;
    let anthropic = r#"{"content": [{"type": "text", "text": "I will."},
        {"type": "tool_use", "id": "toolu_1", "name": "rm_rf", "input": {"path": "/"}}]}"#;
    let desk = Desk::with(&[
        ("openai.json", openai),
        ("anthropic.json", anthropic),
        ("prose.json", "{}"),
    ]);
    let plan = desk.check(&["plan", "import", "openai.json"], 0);
    assert_eq!(plan.json()["steps"][1]["depends_on"][0], "call_1");
    desk.write("plan.json", &plan.stdout);
    desk.check(&["plan", "check", "plan.json"], 0);
    desk.check(&["run", "plan.json"], 0);
    let plan = desk.check(&["plan", "import", "anthropic.json", "-o", "json"], 0);
    desk.write("plan.json", &plan.stdout);
    desk.check(&["plan", "check", "plan.json"], 4)
        .answers(&["AOS-SKILL-001"]);
    desk.check(&["plan", "import", "prose.json"], 3).says(&[
        "error[INVALID_PLAN]",
        "there are none in the answer",
        "--from",
    ]);
    desk.check(&["plan", "import", "anthropic.json", "--from", "openai"], 3);
}
