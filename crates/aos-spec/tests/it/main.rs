//! Tests of `aos-spec` at its boundary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test fails by panicking, and reads best with plain values"
)]

mod canonical;
mod document;
mod failure;
mod failures;
mod follow_up_problems;
mod graph;
mod idempotency_keys;
mod journal;
mod limits;
mod problems;
mod reference;
mod refused_text;
mod retry;
mod rfc8785;
mod robustness;
mod schema;
mod seed;
