//! The skill `echo`.

use aos_spec::{Effect, SkillManifest, StepContext, StepFailure, port::Skill, skill::SkillOutput};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::declare;

/// `echo`: returns its inputs unchanged, so that a step can gather and name values.
#[derive(Debug)]
pub struct Echo {
    manifest: SkillManifest,
}

impl Echo {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        Self {
            manifest: declare::manifest::<Map<String, Value>, Map<String, Value>>(
                "echo",
                Effect::Pure,
                "Returns its inputs unchanged.",
            ),
        }
    }
}

impl Default for Echo {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for Echo {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        Ok(SkillOutput::new(context.inputs.clone()))
    }
}
