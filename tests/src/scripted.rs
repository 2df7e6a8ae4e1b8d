//! Skills that answer as a script says, and count how often they are called.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aos_spec::{Effect, SkillManifest, StepContext, StepFailure, StepId, port::Skill, skill::SkillOutput};
use async_trait::async_trait;

use crate::case::{Case, Scripted};

/// Counts the effects that have left the engine, by step and attempt.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<BTreeMap<(StepId, u32), u32>>);

impl Ledger {
    /// Notes a call.
    pub fn note(&self, step: &StepId, attempt: u32) {
        *self.counts().entry((step.clone(), attempt)).or_default() += 1;
    }

    /// Returns how often each attempt of each step was called.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<(StepId, u32), u32> {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<(StepId, u32), u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct ScriptedSkill {
    manifest: SkillManifest,
    case: Arc<Case>,
    ledger: Arc<Ledger>,
}

/// Returns one skill for each effect class, named after it.
///
/// # Panics
///
/// Never: the ids are valid.
#[must_use]
pub fn skills(case: &Case, ledger: &Arc<Ledger>) -> Vec<Arc<dyn Skill>> {
    let case = Arc::new(case.clone());
    [Effect::Pure, Effect::Read, Effect::Idempotent, Effect::Once]
        .into_iter()
        .map(|effect| {
            let id = effect
                .as_str()
                .parse()
                .expect("the names of classes are valid ids");
            Arc::new(ScriptedSkill {
                manifest: SkillManifest::new(id, "1", effect),
                case: Arc::clone(&case),
                ledger: Arc::clone(ledger),
            }) as Arc<dyn Skill>
        })
        .collect()
}

#[async_trait]
impl Skill for ScriptedSkill {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        self.ledger.note(&context.step_id, context.attempt);
        if let Some(latency) = self.case.latency.get(&context.step_id) {
            tokio::time::sleep(*latency).await;
        }
        let answers = self
            .case
            .script
            .get(&context.step_id)
            .map_or(&[][..], Vec::as_slice);
        let at = (context.attempt as usize)
            .saturating_sub(1)
            .min(answers.len().saturating_sub(1));
        if answers.get(at) == Some(&Scripted::Panic) {
            // Silent: the default hook would print a backtrace for each of thousands of panics.
            std::panic::resume_unwind(Box::new("scripted panic"));
        }
        self.case
            .answer(&context.step_id, context.attempt, context.seed, &context.inputs)
    }
}
