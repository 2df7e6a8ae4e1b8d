//! Workflow files: JSON and YAML text, read into a value that knows where each part stands.
//!
//! Both formats give the same JSON data. What JSON has no place for is refused rather than guessed: keys that stand
//! twice, numbers that fit neither 64 bits nor a finite double, and of YAML: merge keys, tags of one's own, more than
//! one document, and keys that are not text. In YAML the plain words `yes`, `no`, `on` and `off` are text, and so is a
//! number with a leading zero.

mod format;

mod document;
mod tree;

mod json;

mod scalar;
mod yaml;

mod alias;

pub(crate) mod pointer;

pub use document::Document;
pub(crate) use document::read;
pub use format::Format;
pub(crate) use tree::Spans;
