//! Plans out of the tool calls that models answer with.
//!
//! The result is a JSON value in the form of a workflow, for [`PlannerSandbox::validate`](crate::PlannerSandbox::validate)
//! and for execution. Nothing is corrected on the way: what is wrong with a call is for the sandbox to find.

mod anthropic;
mod openai;

use aos_spec::{ErrorCode, failure::ErrorClass};
use serde_json::{Map, Value, json};

pub use anthropic::from_anthropic;
pub use openai::from_openai;

/// The reason why an answer is not a list of tool calls.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There are no calls in the answer.
    #[error("import tool calls: there are none in the answer")]
    NoCalls,
    /// A call has no name.
    #[error("import tool calls: call {0} has no name")]
    NoName(
        /// The position of the call, from 0.
        usize,
    ),
    /// The arguments of a call are not a JSON object.
    #[error("import tool calls: the arguments of call {index} are not a JSON object: {reason}")]
    Arguments {
        /// The position of the call, from 0.
        index: usize,
        /// What is wrong with them.
        reason: String,
    },
}

impl ImportError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        ErrorCode::InvalidPlan
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}

/// One tool call, whoever made it.
struct Call {
    id: Option<String>,
    name: String,
    arguments: Map<String, Value>,
}

/// Returns the workflow that makes the calls, each after the one before it, as their author would expect.
fn workflow(calls: Vec<Call>) -> Value {
    let mut steps = Vec::with_capacity(calls.len());
    let mut previous: Option<String> = None;
    for (index, call) in calls.into_iter().enumerate() {
        let usable = call.id.filter(|id| aos_spec::StepId::new(id).is_ok());
        let id = usable.unwrap_or_else(|| format!("call_{index}"));
        let mut step = json!({ "id": id, "skill_id": call.name, "inputs": call.arguments });
        if let Some(previous) = previous.replace(id) {
            step["depends_on"] = json!([previous]);
        }
        steps.push(step);
    }
    json!({ "id": "imported", "steps": steps })
}

/// Returns the list under the first of `paths` that holds one.
fn list<'v>(answer: &'v Value, paths: &[&str]) -> Option<&'v Vec<Value>> {
    paths.iter().find_map(|path| answer.pointer(path)?.as_array())
}
