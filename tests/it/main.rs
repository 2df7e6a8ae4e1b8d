//! The promises that cross crates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budget;
mod control;
mod crash_equivalence;
mod driver;
mod emergency_stop;
mod idempotency;
mod metrics;
mod overlap;
mod ports;
mod serial_equivalence;
mod settle;
mod setup;
