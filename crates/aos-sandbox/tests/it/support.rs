//! Skills that only declare something.

use std::sync::Arc;

use aos_spec::{SkillManifest, SkillRegistry, StepContext, StepFailure, port::Skill, skill::SkillOutput};
use serde_json::Value;

struct Declared(SkillManifest);

#[async_trait::async_trait]
impl Skill for Declared {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, _: &StepContext) -> Result<SkillOutput, StepFailure> {
        Ok(SkillOutput::new(Value::Null))
    }
}

/// Returns a registry of skills with these manifests.
pub(crate) fn registry(manifests: impl IntoIterator<Item = SkillManifest>) -> SkillRegistry {
    let mut registry = SkillRegistry::new();
    for manifest in manifests {
        registry
            .register(Arc::new(Declared(manifest)))
            .expect("ids are unique");
    }
    registry
}
