//! Random workflows with random scripts.

use std::time::Duration;

use aos_spec::{ErrorCode, OnError, Speculation, StepDescriptor, WorkflowSpec};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value};

use crate::case::{Case, Scripted};

/// The choices for one step.
#[derive(Debug, Clone)]
struct StepChoice {
    skill: &'static str,
    on_error: OnError,
    retry: bool,
    max_retries: u32,
    /// Earlier steps that it depends on, as fractions of its position, and whether by a reference into a field.
    depends_on: Vec<(f64, Option<&'static str>)>,
    answers: Vec<Scripted>,
    latency_ms: u64,
}

fn scripted() -> impl Strategy<Value = Scripted> {
    let retryable = select(vec![
        ErrorCode::Timeout,
        ErrorCode::ConnectionReset,
        ErrorCode::Http5xx,
    ]);
    let permanent = select(vec![
        ErrorCode::StepFailed,
        ErrorCode::InvalidInput,
        ErrorCode::PermissionDenied,
    ]);
    prop_oneof![
        6 => (0_u64..5_000_000).prop_map(Scripted::Answer),
        2 => (retryable, 0_u64..1000).prop_map(|(code, cost)| Scripted::Failure(code, cost)),
        1 => (permanent, 0_u64..1000).prop_map(|(code, cost)| Scripted::Failure(code, cost)),
        1 => Just(Scripted::Panic),
    ]
}

fn step_choice(skills: &'static [&'static str]) -> impl Strategy<Value = StepChoice> {
    let field = option::of(select(vec!["", ".attempt", ".inputs", ".missing"]));
    (
        select(skills),
        prop_oneof![2 => Just(OnError::Abort), 3 => Just(OnError::Continue), 2 => Just(OnError::Skip)],
        any::<bool>(),
        0_u32..4,
        vec((0.0..1.0_f64, field), 0..4),
        vec(scripted(), 1..4),
        0_u64..40,
    )
        .prop_map(
            |(skill, on_error, retry, max_retries, depends_on, answers, latency_ms)| StepChoice {
                skill,
                on_error,
                retry,
                max_retries,
                depends_on,
                answers,
                latency_ms,
            },
        )
}

/// Returns a strategy for cases with up to `max_steps` steps that call some of `skills`.
pub fn case(max_steps: usize, skills: &'static [&'static str]) -> impl Strategy<Value = Case> {
    let speculation = select(vec![
        Speculation::None,
        Speculation::Reads,
        Speculation::Reads,
        Speculation::All,
    ]);
    (
        vec(step_choice(skills), 1..=max_steps),
        speculation,
        any::<u64>(),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(choices, speculation, seed, rotation)| {
            let mut steps: Vec<_> = choices
                .iter()
                .enumerate()
                .map(|(at, choice)| step(at, choice))
                .collect();
            // The listed order is not the order of dependencies.
            let middle = rotation.index(steps.len());
            steps.rotate_left(middle);
            let mut spec = WorkflowSpec::new("generated".parse().expect("valid"), steps);
            spec.speculation = speculation;
            let mut case = Case::new(spec);
            case.seed = aos_spec::Seed(seed);
            for (at, choice) in choices.into_iter().enumerate() {
                case.script.insert(id(at), choice.answers);
                case.latency
                    .insert(id(at), Duration::from_millis(choice.latency_ms));
            }
            case
        })
}

fn id(at: usize) -> aos_spec::StepId {
    format!("s{at}").parse().expect("valid")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a fraction of a small count"
)]
fn step(at: usize, choice: &StepChoice) -> StepDescriptor {
    let mut step = StepDescriptor::new(id(at), choice.skill.parse().expect("valid"));
    step.on_error = choice.on_error;
    step.retry = choice.retry;
    step.max_retries = choice.max_retries;
    let mut inputs = Map::new();
    if at > 0 {
        for (number, (fraction, field)) in choice.depends_on.iter().enumerate() {
            let on = id((fraction * at as f64) as usize);
            match field {
                Some(field) => {
                    inputs.insert(format!("in{number}"), Value::String(format!("${{{on}{field}}}")));
                }
                None => step.depends_on.push(on),
            }
        }
    }
    inputs.insert("n".into(), at.into());
    step.inputs = inputs;
    step
}
