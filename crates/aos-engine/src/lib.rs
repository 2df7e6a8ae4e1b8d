//! Deterministic, durable execution of checked workflow plans.
//!
//! [`machine`] is the engine's mind: a pure state machine that turns inputs into effects. The driver performs those effects with
//! tokio, a [`CheckpointStore`](aos_spec::port::CheckpointStore) and skills, and feeds the answers back. The
//! [`WorkflowEngine`] is a thin façade over both.
//!
//! What holds by construction: results do not depend on how many steps run at the same time or in which order they
//! end; a run that is dropped at any await point and resumed ends as if it had not been; nothing leaves the process
//! before everything it depends on is durable.

mod again;
mod control;
mod driver;
mod engine;
mod error;
mod identity;
pub mod machine;
mod options;
mod presence;
mod recording;

pub use control::{Requested, Settlement};
pub use driver::{Replayed, replay};
pub use engine::{EngineBuilder, NewRun, WorkflowEngine};
pub use error::EngineError;
pub use identity::check_skills;
pub use options::{Durability, EngineOptions};
