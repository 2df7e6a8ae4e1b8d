//! The sandbox as the engine asks it.

use aos_sandbox::PlannerSandbox;
use aos_spec::{
    Effect, SkillId, SkillManifest, SkillRegistry, StepId, WorkflowPlan, WorkflowSpec, port::PlanValidator,
    skill::InputKind,
};
use serde_json::{Map, Value, json};

use crate::support;

fn registry() -> SkillRegistry {
    support::registry([
        SkillManifest::new(SkillId::new("fetch").expect("an id"), "1", Effect::Read),
        SkillManifest::new(SkillId::new("query").expect("an id"), "1", Effect::Read)
            .with_input("name", InputKind::SqlParam)
            .with_input("note", InputKind::FreeText),
    ])
}

fn plan(inputs: &Value) -> WorkflowPlan {
    let spec = json!({ "id": "p", "steps": [
        { "id": "page", "skill_id": "fetch" },
        { "id": "q", "skill_id": "query", "inputs": inputs },
    ]});
    WorkflowPlan::new(serde_json::from_value::<WorkflowSpec>(spec).expect("a spec")).expect("a plan")
}

#[test]
fn plans_are_judged_with_the_skills_there_are() {
    let sandbox = PlannerSandbox::default();
    assert!(
        sandbox
            .validate_plan(&plan(&json!({ "name": "O'Brien" })), &registry())
            .is_ok()
    );
    let rejection = sandbox
        .validate_plan(&plan(&json!({ "name": "' OR 1=1 --" })), &registry())
        .expect_err("an injection");
    assert_eq!(rejection.findings()[0].rule_id, "AOS-SQLI-002");
    assert_eq!(rejection.findings()[0].pointer, "/steps/1/inputs/name");
    let rejection = sandbox
        .validate_plan(&plan(&json!({})), &SkillRegistry::new())
        .expect_err("no skills");
    assert_eq!(rejection.findings()[0].rule_id, "AOS-SKILL-002");
}

#[test]
fn hostile_outputs_are_stopped_before_the_skill() {
    let sandbox = PlannerSandbox::default();
    let plan = plan(&json!({ "name": "${page.body}", "note": "${page.body}" }));
    let registry = registry();
    let skill = registry.get("query").expect("registered").manifest();
    let step = StepId::new("q").expect("an id");
    let resolved = |text: &str| -> Map<String, Value> {
        json!({ "name": text, "note": text })
            .as_object()
            .cloned()
            .expect("an object")
    };
    assert!(
        sandbox
            .check_inputs(&plan, &step, skill, &resolved("Siobhan O'Neill"))
            .is_ok()
    );
    let rejection = sandbox
        .check_inputs(&plan, &step, skill, &resolved("x'; DROP TABLE users; --"))
        .expect_err("hostile");
    let found: Vec<_> = rejection
        .findings()
        .iter()
        .map(|finding| (finding.rule_id.as_str(), finding.pointer.as_str()))
        .collect();
    assert_eq!(found, [("AOS-SQLI-004", "/inputs/name")]);
    assert_eq!(rejection.findings()[0].step_id.as_ref(), Some(&step));
}

#[test]
fn literals_are_not_judged_twice() {
    let sandbox = PlannerSandbox::default();
    let inputs = json!({ "name": "' OR 1=1 --" });
    let plan = plan(&inputs);
    let registry = registry();
    let skill = registry.get("query").expect("registered").manifest();
    let step = StepId::new("q").expect("an id");
    assert!(
        sandbox
            .check_inputs(&plan, &step, skill, inputs.as_object().expect("an object"))
            .is_ok()
    );
}
