//! The skill `noop`.

use aos_spec::{Effect, SkillManifest, StepContext, StepFailure, port::Skill, skill::SkillOutput};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::declare;

/// `noop`: does nothing and returns `null`. Takes any inputs, so that it can gather references to other steps.
#[derive(Debug)]
pub struct Noop {
    manifest: SkillManifest,
}

impl Noop {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        Self {
            manifest: declare::manifest::<Map<String, Value>, ()>("noop", Effect::Pure, "Does nothing."),
        }
    }
}

impl Default for Noop {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for Noop {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, _: &StepContext) -> Result<SkillOutput, StepFailure> {
        Ok(SkillOutput::new(Value::Null))
    }
}
