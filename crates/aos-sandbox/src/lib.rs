//! Planner sandbox: judges the plans of AI agents before they run.
//!
//! [`PlannerSandbox::validate`] reads a plan with tolerance and judges it strictly: forbidden skills under any spelling,
//! injection into SQL, command lines, paths, templates and addresses at any depth and in any encoding, references that
//! lead nowhere, effects without an idempotency key, and values by outsiders that reach an interpreter. Violations
//! block, warnings are logged. [`PlannerSandbox::check_value`] asks the same questions of values that exist only at run
//! time; the engine asks both through the port [`PlanValidator`](aos_spec::port::PlanValidator).
//!
//! Detection is the second line of defence: declared inputs, bound parameters and the rules about untrusted values are
//! the guarantee. A detector can be beaten by whoever may try often enough.
//!
//! Suggested reading order: [`rules`], [`policy`], [`report`], [`sandbox`](PlannerSandbox), `scan`, `decode`, `lex`.

mod analysis;
pub mod decode;
mod graph;
mod idempotency;
pub mod import;
mod lex;
pub mod limits;
mod mask;
pub mod options;
mod parse;
mod plan;
pub mod policy;
mod port;
mod refs;
pub mod render;
pub mod report;
pub mod rules;
mod sandbox;
mod scan;
#[cfg(feature = "score")]
pub mod score;
mod sinks;
mod step;
mod taint;
mod text;
mod walk;

pub use limits::{LimitOptions, Limits};
pub use options::SandboxOptions;
pub use report::{Guard, SandboxFinding, SandboxReport, Stats};
pub use rules::Rule;
pub use sandbox::PlannerSandbox;
pub use taint::Label;
pub use text::{ScanOutcome, scan_text};
