//! What the tests share.

use std::sync::LazyLock;

use aos_skills::JsonTransform;
use aos_spec::{ErrorCode, StepContext, StepFailure, port::Skill};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().enable_time().build().unwrap());

pub(crate) fn context(inputs: Value) -> StepContext {
    let Value::Object(inputs) = inputs else {
        panic!("inputs are an object");
    };
    StepContext::new(
        "run-1".parse().unwrap(),
        "flow".parse().unwrap(),
        "step".parse().unwrap(),
        inputs,
    )
}

/// Calls a skill once.
pub(crate) fn invoke(skill: &dyn Skill, inputs: Value) -> Result<Value, StepFailure> {
    RUNTIME
        .block_on(skill.invoke(&context(inputs)))
        .map(|output| output.value)
}

/// Calls a skill that is to fail and compares the code and a part of the message.
#[track_caller]
pub(crate) fn check_failure(skill: &dyn Skill, inputs: Value, code: ErrorCode, message: &str) {
    let failure = invoke(skill, inputs).expect_err("the skill succeeded");
    assert_eq!(failure.code, code, "{}", failure.message);
    assert!(failure.message.contains(message), "{}", failure.message);
}

pub(crate) fn transform(expression: &str, data: &Value) -> Result<Value, StepFailure> {
    static SKILL: LazyLock<JsonTransform> = LazyLock::new(JsonTransform::new);
    invoke(&*SKILL, json!({ "expression": expression, "data": data }))
}

/// Compares the value of an expression, types of numbers included.
#[track_caller]
pub(crate) fn check_transform(expression: &str, data: &Value, expect: &Value) {
    match transform(expression, data) {
        Ok(value) => assert_eq!(value.to_string(), expect.to_string(), "{expression}"),
        Err(failure) => panic!("{expression}: {} {}", failure.code, failure.message),
    }
}

#[track_caller]
pub(crate) fn check_transform_failure(expression: &str, data: &Value, code: ErrorCode, message: &str) {
    let failure = transform(expression, data).expect_err(expression);
    assert_eq!(failure.code, code, "{}", failure.message);
    assert!(
        failure.message.contains(message),
        "{expression}: {}",
        failure.message
    );
}
