//! The skill `fail`.

use aos_spec::{
    Effect, ErrorCode, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::declare;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// The error code of the failure, which also decides whether the step is tried again.
    #[serde(default = "default_code")]
    code: ErrorCode,
    /// What went wrong, for people.
    message: String,
}

const fn default_code() -> ErrorCode {
    ErrorCode::StepFailed
}

/// `fail`: fails with a given code (`STEP_FAILED` unless told otherwise) and message.
///
/// Ends a branch that must not be taken, and shows what a workflow does about a failure.
#[derive(Debug)]
pub struct Fail {
    manifest: SkillManifest,
}

impl Fail {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        let manifest = declare::manifest::<Inputs, ()>(
            "fail",
            Effect::Pure,
            "Fails with a given error code and message.",
        );
        Self {
            manifest: manifest
                .with_input("code", InputKind::Enum)
                .with_input("message", InputKind::FreeText),
        }
    }
}

impl Default for Fail {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for Fail {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let Inputs { code, message } = declare::inputs(&self.manifest, &context.inputs)?;
        Err(StepFailure::new(code, message))
    }
}
