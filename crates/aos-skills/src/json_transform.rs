//! The skill `json_transform`.

use aos_spec::{
    Effect, SkillManifest, StepContext, StepFailure,
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
    /// The expression, in CEL; `data` is the only variable.
    #[schemars(length(max = expression::MAX_BYTES))]
    expression: String,
    /// What the expression works on: any JSON.
    // Not copied, since it can be large: it is taken from the inputs themselves.
    #[serde(rename = "data")]
    #[schemars(with = "Value")]
    _data: IgnoredAny,
}

/// `json_transform`: returns what an expression makes of `data`.
///
/// Inputs: `expression`, a text in the language below, and `data`, any JSON. The output is the value of the
/// expression. Failures have the code `TRANSFORM_ERROR` and name line and column in the expression; one that takes too
/// many steps or too much memory fails with `FUEL_EXHAUSTED`.
///
/// Hand values of other steps over in `data`, as `data: ${step}` or `data: { a: "${a}", b: "${b}" }`. Written into the
/// text of the expression they would be read as a part of it.
///
#[doc = include_str!("expression/language.md")]
#[derive(Debug)]
pub struct JsonTransform {
    manifest: SkillManifest,
}

impl JsonTransform {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        let manifest = declare::manifest::<Inputs, Value>(
            "json_transform",
            Effect::Pure,
            "Returns what a CEL expression makes of `data`.",
        );
        Self {
            manifest: manifest
                .with_input("expression", InputKind::Code)
                .with_input("data", InputKind::Json),
        }
    }
}

impl Default for JsonTransform {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for JsonTransform {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let Inputs { expression, .. } = declare::inputs(&self.manifest, &context.inputs)?;
        let data = Data::new(&context.inputs["data"])?;
        blocking::run(move || expression::evaluate(&expression, data))
            .await
            .map(SkillOutput::new)
    }
}
