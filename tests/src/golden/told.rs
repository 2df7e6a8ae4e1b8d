//! Skills that do what their inputs say, so that a workflow file holds a whole case.

use std::{sync::Arc, time::Duration};

use aos_spec::{
    Effect, ErrorCode, Money, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a step tells its skill.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Inputs {
    /// What to answer; without it, the seed and the number of the attempt.
    answer: Option<Value>,
    /// What to fail with.
    fail: Option<ErrorCode>,
    /// How many attempts fail; all when absent.
    times: Option<u32>,
    /// What each attempt costs.
    cost_cents: Money,
    /// How long each attempt takes.
    seconds: f64,
    /// Whether to panic.
    panic: bool,
    /// The path of a file, which nobody opens.
    #[serde(rename = "path")]
    _path: Value,
}

struct Told(SkillManifest);

/// Returns one skill for each effect class: `told_pure`, `told_read`, `told_idempotent` and `told_once`.
///
/// # Panics
///
/// Never: the ids are valid.
#[must_use]
pub fn told() -> Vec<Arc<dyn Skill>> {
    let effects = [Effect::Pure, Effect::Read, Effect::Idempotent, Effect::Once];
    effects
        .into_iter()
        .map(|effect| Arc::new(Told(manifest(effect))) as _)
        .collect()
}

fn manifest(effect: Effect) -> SkillManifest {
    let id = format!("told_{effect}")
        .parse()
        .expect("the names of classes are valid ids");
    SkillManifest::new(id, "1", effect)
        .described("Does what its inputs say.")
        .with_input("answer", InputKind::Json)
        .with_input("path", InputKind::Path)
        .with_input("fail", InputKind::Enum)
        .with_input("times", InputKind::Number)
        .with_input("cost_cents", InputKind::Number)
        .with_input("seconds", InputKind::Number)
        .with_input("panic", InputKind::Enum)
}

#[async_trait]
impl Skill for Told {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let inputs = Inputs::deserialize(Value::Object(context.inputs.clone()))
            .map_err(|error| StepFailure::new(ErrorCode::InvalidInput, error.to_string()))?;
        if inputs.seconds > 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(inputs.seconds)).await;
        }
        if inputs.panic {
            // Silent: the default hook would print a backtrace for each of many panics.
            std::panic::resume_unwind(Box::new("told to panic"));
        }
        if let Some(code) = inputs.fail
            && inputs.times.is_none_or(|times| context.attempt <= times)
        {
            return Err(StepFailure::new(code, "told to fail")
                .with_cost(inputs.cost_cents)
                .with_details(json!({ "attempt": context.attempt })));
        }
        let answer = inputs
            .answer
            .unwrap_or_else(|| json!({ "seed": context.seed, "attempt": context.attempt }));
        Ok(SkillOutput::new(answer).with_cost(inputs.cost_cents))
    }
}
