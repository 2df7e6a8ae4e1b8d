//! Tests of `aos-spec` at its boundary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod canonical;
mod document;
mod failure;
mod failures;
mod graph;
mod journal;
mod limits;
mod problems;
mod reference;
mod retry;
mod rfc8785;
mod robustness;
mod schema;
mod seed;
