//! The stores at their boundary.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test fails by panicking, and reads best without borrows"
)]

mod batching;
mod book;
mod clock;
mod conformance;
mod damage;
mod equivalence;
mod opening;
mod support;
mod takeover;
mod url;
