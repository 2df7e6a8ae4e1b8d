//! What a step calls.

use async_trait::async_trait;

use crate::{
    StepFailure,
    skill::{SkillManifest, SkillOutput, StepContext},
};

/// Something that a step can call: what MCP, OpenAI and Anthropic call a tool.
///
/// The engine calls [`Skill::invoke`] once per attempt, from any task. What it may assume follows from the declared
/// [`Effect`](crate::Effect): a pure or reading skill may be called again after a crash; one with an idempotent effect may be
/// called again with the same idempotency key; one whose effect must not be repeated is called at most once.
#[async_trait]
pub trait Skill: Send + Sync {
    /// Returns what the skill declares about itself; always the same.
    fn manifest(&self) -> &SkillManifest;

    /// Performs one attempt.
    ///
    /// An attempt that does not answer at its first poll goes on in a task of its own, beside others. So a skill must not
    /// block: what computes for long, or calls blocking functions, belongs on a thread for that.
    ///
    /// The output is normalized and checked for its size by the engine. A panic becomes a failure with the code
    /// `EXECUTION_ERROR`.
    ///
    /// # Errors
    ///
    /// A [`StepFailure`], whose code decides whether the step is tried again.
    ///
    /// # Cancel safety
    ///
    /// The engine cancels `context.cancellation` when the attempt should end, and drops the future a little later. A
    /// skill with outside effects should not leave half of one behind at any await point.
    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure>;
}
