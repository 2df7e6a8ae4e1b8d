//! Workflows with a known shape, one for each way in which a run can go.

use aos_spec::{ErrorCode, OnError, StepDescriptor, WorkflowSpec};
use serde_json::json;

use crate::case::{Case, Scripted};

/// Returns a step with the given dependencies, each referred to by an input.
///
/// # Panics
///
/// When an id is not valid.
#[must_use]
pub fn step(id: &str, skill: &str, depends_on: &[&str]) -> StepDescriptor {
    let mut step = StepDescriptor::new(id.parse().expect("valid"), skill.parse().expect("valid"));
    for on in depends_on {
        step.inputs.insert((*on).into(), json!(format!("${{{on}}}")));
    }
    step
}

/// Returns the workflow of `steps`.
///
/// # Panics
///
/// When it is not valid.
#[must_use]
pub fn workflow(steps: Vec<StepDescriptor>) -> Case {
    Case::new(WorkflowSpec::new("w".parse().expect("valid"), steps))
}

/// Returns cases of every shape by name.
#[must_use]
pub fn all() -> Vec<(&'static str, Case)> {
    let transient = || Scripted::Failure(ErrorCode::ConnectionReset, 7);
    let permanent = || Scripted::Failure(ErrorCode::StepFailed, 11);
    let with_mode = |mut step: StepDescriptor, on_error| {
        step.on_error = on_error;
        step
    };
    let chain = |skill| {
        workflow(vec![
            step("a", skill, &[]),
            step("b", skill, &["a"]),
            step("c", skill, &["b"]),
        ])
    };
    let fan = |skill| {
        workflow(vec![
            step("a", "pure", &[]),
            step("b", skill, &["a"]),
            step("c", skill, &["a"]),
            step("d", skill, &["a"]),
            step("e", "pure", &["b", "c", "d"]),
        ])
    };
    vec![
        ("a sequence of pure steps", chain("pure")),
        ("a sequence of effects", chain("idempotent")),
        ("a sequence of effects that must not be repeated", chain("once")),
        ("a fan-out of reads", fan("read")),
        ("a fan-out of effects", fan("idempotent")),
        (
            "retries that succeed",
            chain("idempotent").with("b", [transient(), transient(), Scripted::Answer(3)]),
        ),
        ("retries that fail", chain("read").with("b", [transient()])),
        (
            "a permanent failure",
            chain("idempotent").with("b", [permanent()]),
        ),
        ("a panic", chain("pure").with("b", [Scripted::Panic])),
        (
            "a failure in a fan-out",
            fan("read")
                .with("c", [permanent()])
                .with("b", [transient(), Scripted::Answer(1)]),
        ),
        (
            "a failure that is skipped",
            workflow(vec![
                step("a", "pure", &[]),
                with_mode(step("b", "idempotent", &["a"]), OnError::Skip),
                step("c", "idempotent", &["b"]),
                step("d", "idempotent", &["a"]),
                step("e", "pure", &["c", "d"]),
            ])
            .with("b", [permanent()]),
        ),
        (
            "a failure that is passed over",
            workflow(vec![
                step("a", "pure", &[]),
                with_mode(step("b", "idempotent", &["a"]), OnError::Continue),
                step("c", "idempotent", &["b"]),
            ])
            .with("b", [permanent()]),
        ),
    ]
}
