//! Which request each idempotency key stands for.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value};

use super::StoreError;
use crate::{ContentHash, RunId, SkillId, StepId, Timestamp, budget::Account, canonical::CanonicalError};

/// An idempotency key, and the request that it shall stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyClaim {
    /// Whose key it is; the same text means different keys to different owners. `None` for runs without an agent.
    pub owner: Option<Account>,
    /// The key as its author wrote it.
    pub key: String,
    /// The [`request_hash`].
    pub request: ContentHash,
    /// The run that is about to use it.
    pub run_id: RunId,
    /// The step that is about to use it.
    pub step_id: StepId,
}

/// The answer to a [`KeyClaim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAnswer {
    /// The key stands for this request: from now on, or since an earlier claim.
    Granted,
    /// It stands for another one, and nothing was changed.
    Taken(KeyUse),
}

/// Who used a key first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyUse {
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub step_id: StepId,
    /// When.
    pub since: Timestamp,
}

/// Returns what identifies a request: the hash of its skill and resolved inputs.
///
/// # Errors
///
/// [`CanonicalError`] when the inputs have no canonical form.
pub fn request_hash(skill_id: &SkillId, inputs: &Map<String, Value>) -> Result<ContentHash, CanonicalError> {
    ContentHash::of(&(skill_id, inputs))
}

/// Remembers, over all runs of all processes, which request each idempotency key stands for.
///
/// To the world outside, two requests with one key are the same request: the second one would be taken for a repetition
/// of the first, and not happen. A key is never forgotten, not even when the run that used it first is deleted.
#[async_trait]
pub trait IdempotencyKeys: Send + Sync {
    /// Lets a key stand for a request, unless it stands for another one. What is granted is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the key stands for the request or not; claiming it again settles it.
    async fn claim(&self, claim: &KeyClaim) -> Result<KeyAnswer, StoreError>;
}
