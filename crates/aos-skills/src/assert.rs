//! The skill `assert`.

use aos_spec::{
    Effect, ErrorCode, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use crate::{
    blocking, declare,
    expression::{self, Data},
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// The expression, in CEL, which must be `true`; `data` is the only variable.
    #[schemars(length(max = expression::MAX_BYTES))]
    expression: String,
    /// What the expression works on: any JSON.
    // Not copied, since it can be large: it is taken from the inputs themselves.
    #[serde(rename = "data")]
    #[schemars(with = "Value")]
    _data: IgnoredAny,
    /// What to say when the expression is not true.
    message: Option<String>,
}

/// `assert`: returns `true` when an expression over `data` is true, and fails with `STEP_FAILED` when it is false.
///
/// The language is that of [`JsonTransform`](crate::JsonTransform).
#[derive(Debug)]
pub struct Assert {
    manifest: SkillManifest,
}

impl Assert {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        let manifest = declare::manifest::<Inputs, bool>(
            "assert",
            Effect::Pure,
            "Fails unless a CEL expression over `data` is true.",
        );
        Self {
            manifest: manifest
                .with_input("expression", InputKind::Code)
                .with_input("data", InputKind::Json)
                .with_input("message", InputKind::FreeText),
        }
    }
}

impl Default for Assert {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for Assert {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let inputs: Inputs = declare::inputs(&self.manifest, &context.inputs)?;
        let data = Data::new(&context.inputs["data"])?;
        blocking::run(move || match expression::evaluate(&inputs.expression, data)? {
            Value::Bool(true) => Ok(SkillOutput::new(true)),
            Value::Bool(false) => {
                let message = inputs
                    .message
                    .unwrap_or_else(|| format!("`{}` is false", inputs.expression));
                Err(StepFailure::new(ErrorCode::StepFailed, message))
            }
            _ => Err(StepFailure::new(
                ErrorCode::TransformError,
                "the expression of an assertion must be true or false",
            )),
        })
        .await
    }
}
