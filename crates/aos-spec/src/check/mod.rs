//! From text or data to a [`WorkflowPlan`](crate::WorkflowPlan): all problems at once, each with its place.
//!
//! [`check_text`] is the whole way for the text of a workflow file, [`check_document`] for a text that has been read
//! already, and [`check_value`] for data. [`WorkflowPlan::new`](crate::WorkflowPlan::new) is the last part of all three.

mod problem;

mod location;

mod problems;
mod suggest;

mod document;

mod fields;
mod structure;

mod outline;

mod graph;
pub(crate) mod keys;
mod order;
mod rules;

pub(crate) mod nesting;
pub(crate) mod parameters;

pub use document::{check_document, check_text, check_value};
pub use location::Location;
pub(crate) use outline::Outline;
pub use problem::Problem;
pub(crate) use problems::Problems;
pub(crate) use rules::check as check_rules;
pub use suggest::did_you_mean;
