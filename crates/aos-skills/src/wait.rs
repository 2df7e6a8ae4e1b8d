//! The skill `wait`.

use std::time::Duration;

use aos_spec::{
    Effect, ErrorCode, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::time;

use crate::declare;

/// The longest wait, in seconds: a day.
const MAX_SECONDS: f64 = 86_400.0;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// How long to wait; fractions are allowed.
    #[schemars(range(min = 0.0, max = MAX_SECONDS))]
    seconds: f64,
}

/// `wait`: waits for some seconds and returns `null`.
///
/// A wait is part of one attempt: after a crash it starts anew. It is declared as [`Effect::Read`], although it reads
/// nothing, so that a replay takes it from the recording instead of waiting again.
#[derive(Debug)]
pub struct Wait {
    manifest: SkillManifest,
}

impl Wait {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        let manifest = declare::manifest::<Inputs, ()>("wait", Effect::Read, "Waits for some seconds.")
            .with_untrusted_output(false);
        Self {
            manifest: manifest.with_input("seconds", InputKind::Number),
        }
    }
}

impl Default for Wait {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for Wait {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let Inputs { seconds } = declare::inputs(&self.manifest, &context.inputs)?;
        if !(0.0..=MAX_SECONDS).contains(&seconds) {
            return Err(StepFailure::new(
                ErrorCode::InvalidInput,
                format!("the input `seconds` must be between 0 and {MAX_SECONDS}"),
            ));
        }
        let span = Duration::from_secs_f64(seconds);
        match time::timeout(span, context.cancellation.cancelled()).await {
            Ok(()) => Err(StepFailure::new(ErrorCode::Cancelled, "cancelled while waiting")),
            Err(_) => Ok(SkillOutput::new(Value::Null)),
        }
    }
}
