//! Data, pure rules and ports of the AOS workflow engine.
//!
//! Everything in this crate is a value or a rule over values: no clock, no I/O, no randomness, no runtime. The
//! engine, the stores, the policy, the sandbox, the golden files and the metrics depend on this crate and on
//! nothing else of AOS; they meet through the [`port`] traits.
//!
//! Suggested reading order: [`id`], [`money`], [`status`], [`workflow`], [`check`], [`plan`], [`failure`],
//! [`result`], [`journal`], [`port`].

pub mod budget;
pub mod canonical;
pub mod check;
pub mod failure;
pub mod id;
pub mod journal;
pub mod limits;
pub mod money;
pub mod plan;
pub mod port;
pub mod rate;
pub mod reference;
pub mod result;
pub mod retry;
pub mod schema;
pub mod seed;
pub mod skill;
pub mod source;
pub mod status;
pub mod time;
pub mod workflow;

pub use canonical::ContentHash;
pub use failure::{ErrorCode, StepFailure};
pub use id::{AgentId, IdError, RunId, SkillId, StepId, TenantId, WorkerId, WorkflowId};
pub use money::Money;
pub use plan::{PlannedStep, StepIndex, WorkflowPlan};
pub use result::{StepResult, WorkflowResult};
pub use seed::{Seed, derive_seed};
pub use skill::{Effect, SkillManifest, SkillRegistry, StepContext};
pub use status::{RunStatus, StepStatus};
pub use time::Timestamp;
pub use workflow::{OnError, Speculation, StepDescriptor, WorkflowSpec};
