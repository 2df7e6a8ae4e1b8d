//! Finding secrets by their shape, so that recording fails rather than writes one down.
//!
//! A hit is never masked silently: whoever records declares a [`Redaction`](crate::Redaction) or changes the skill.

mod rules;
mod scan;

pub(crate) use scan::{HiddenTexts, check_line};
pub use scan::{SecretFinding, find_secret};
