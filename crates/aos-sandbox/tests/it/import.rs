//! Tool calls of models as plans.

use aos_sandbox::{
    PlannerSandbox,
    import::{from_anthropic, from_openai},
};
use serde_json::json;

#[test]
fn openai_calls_become_steps_in_their_order() {
    let answer = json!({ "choices": [{ "message": { "tool_calls": [
        { "id": "call_a", "type": "function", "function": { "name": "http_call", "arguments": "{\"url\": \"https://example.com\"}" } },
        { "id": "call_b", "type": "function", "function": { "name": "shell_exec", "arguments": "{\"cmd\": \"ls\"}" } },
    ] } }] });
    let plan = from_openai(&answer).expect("calls");
    assert_eq!(
        plan["steps"][0],
        json!({ "id": "call_a", "skill_id": "http_call", "inputs": { "url": "https://example.com" } })
    );
    assert_eq!(plan["steps"][1]["depends_on"], json!(["call_a"]));
    let report = PlannerSandbox::default().validate(&plan);
    assert_eq!(report.violations[0].rule_id.id(), "AOS-SKILL-001");
    assert_eq!(report.violations[0].pointer, "/steps/1/skill_id");
}

#[test]
fn calls_are_picked_out_of_the_items_of_a_response() {
    let answer = json!({ "output": [
        { "type": "reasoning", "id": "rs_1", "summary": [] },
        { "type": "message", "content": [{ "type": "output_text", "text": "I will look." }] },
        { "type": "function_call", "call_id": "call_a", "name": "file_read", "arguments": "{\"path\": \"a.txt\"}" },
    ] });
    let plan = from_openai(&answer).expect("calls");
    assert_eq!(
        plan["steps"],
        json!([{ "id": "call_a", "skill_id": "file_read", "inputs": { "path": "a.txt" } }])
    );
    assert!(from_openai(&json!({ "output": [{ "type": "reasoning" }] })).is_err());
}

#[test]
fn anthropic_blocks_become_steps() {
    let answer = json!({ "content": [
        { "type": "text", "text": "I will look." },
        { "type": "tool_use", "id": "toolu_1", "name": "file_read", "input": { "path": "../../etc/passwd" } },
    ] });
    let plan = from_anthropic(&answer).expect("blocks");
    let report = PlannerSandbox::default().validate(&plan);
    assert_eq!(report.violations[0].rule_id.id(), "AOS-PATH-001");
    assert_eq!(report.violations[0].pointer, "/steps/0/inputs/path");
}

#[test]
fn ambiguous_and_missing_calls_are_refused() {
    assert!(
        from_openai(
            &json!({ "tool_calls": [{ "function": { "name": "x", "arguments": "{\"a\":1,\"a\":2}" } }] })
        )
        .is_err()
    );
    assert!(
        from_openai(&json!({ "tool_calls": [{ "function": { "name": "x", "arguments": "[1]" } }] })).is_err()
    );
    assert!(from_openai(&json!({ "tool_calls": [] })).is_err());
    assert!(from_anthropic(&json!({ "content": [{ "type": "text", "text": "no" }] })).is_err());
}
