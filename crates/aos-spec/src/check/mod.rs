//! From text or data to a [`WorkflowPlan`](crate::WorkflowPlan): all problems at once, each with its place.

pub(crate) mod graph;
pub(crate) mod parameters;
mod problem;
mod suggest;

pub use problem::{Location, Problem};
pub use suggest::did_you_mean;
