//! References: `${step_id.field}` inside the inputs of a step.
//!
//! Grammar, inside any string at any depth of the inputs:
//!
//! ```text
//! reference = "${" root path* "}"
//! root      = step id | "inputs"
//! path      = "." name | "[" index "]" | "[" JSON string "]"
//! literal   = "$${"            a literal "${"
//! ```
//!
//! A string that is exactly one reference takes the referred value with its JSON type; in a longer string the value is
//! written into the text: strings as they are, everything else as canonical JSON. Values that came from a reference
//! are never parsed again.

mod parse;
mod resolve;
mod template;

pub use parse::{MalformedReference, Reference, Segment};
pub use resolve::{ResolveError, Resolver};
pub use template::{Template, TemplateError};
