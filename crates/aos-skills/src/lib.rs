//! Built-in skills of AOS.
//!
//! [`builtin`] returns a registry of all of them; each is also a type of its own that can be registered alone.
//!
//! | skill | effect | what it does |
//! | --- | --- | --- |
//! | [`noop`](Noop) | pure | nothing |
//! | [`echo`](Echo) | pure | returns its inputs |
//! | [`json_transform`](JsonTransform) | pure | evaluates an expression over JSON data |
//! | [`text_parse`](TextParse) | pure | turns text (lines, CSV, JSON, JSON Lines, a pattern) into data |
//! | [`assert`](Assert) | pure | fails unless an expression is true |
//! | [`fail`](Fail) | pure | fails with a given error code |
//! | [`wait`](Wait) | read | waits for some seconds |
//! | [`file_read`](FileRead) | read | returns the content of a file below the file root |
//! | [`file_write`](FileWrite) | idempotent | replaces a file below the file root as a whole |
//! | [`file_append`](FileAppend) | once | adds a line to the end of a file below the file root |
//!
//! # Invariant
//!
//! No skill of this crate reads a clock, an environment variable or randomness, opens a connection or starts a
//! process. Files are reached through a [`FileRoot`] alone.
//!
//! # Example
//!
//! ```
//! use aos_skills::{BuiltinOptions, JsonTransform, builtin};
//! use aos_spec::SkillRegistry;
//!
//! // All skills that need no files.
//! let skills = builtin(&BuiltinOptions::new())?;
//! assert!(skills.get("json_transform").is_some() && skills.get("file_read").is_none());
//!
//! // One skill alone.
//! let mut skills = SkillRegistry::new();
//! skills.register(std::sync::Arc::new(JsonTransform::new()))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assert;
mod blocking;
mod budget;
mod builtin;
mod declare;
mod echo;
mod error;
mod expression;
mod fail;
mod files;
mod json_transform;
mod noop;
mod pattern;
mod text_parse;
mod wait;

pub use assert::Assert;
pub use builtin::{BuiltinOptions, builtin};
pub use echo::Echo;
pub use error::FileRootError;
pub use fail::Fail;
pub use files::{FileAppend, FileRead, FileRoot, FileWrite};
pub use json_transform::JsonTransform;
pub use noop::Noop;
pub use text_parse::TextParse;
pub use wait::Wait;
