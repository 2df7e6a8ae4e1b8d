//! Tests of `aos-spec` at its boundary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod canonical;
mod failure;
mod journal;
mod limits;
mod retry;
mod rfc8785;
mod seed;
