//! Planner sandbox.

pub mod decode;
mod lex;
pub mod limits;
pub mod rules;
mod scan;
mod text;
#[cfg(feature = "score")]
pub mod score;

pub use text::{ScanOutcome, scan_text};
