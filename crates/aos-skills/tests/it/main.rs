//! Tests of the built-in skills at the boundary of the crate.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how tests fail, also in their helpers"
)]

mod basics;
mod declarations;
mod expression_errors;
mod expression_limits;
mod expression_values;
mod file_append;
mod file_confinement;
mod file_read;
mod file_write;
mod jobs;
mod layout;
mod support;
mod text_parse;
