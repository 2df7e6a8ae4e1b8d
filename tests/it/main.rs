//! The promises that cross crates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ambiguous;
mod budget;
mod control;
mod crash_equivalence;
mod driver;
mod emergency_stop;
mod failing;
mod follower;
mod golden;
mod golden_command;
mod metrics;
mod ports;
mod replay;
mod sandbox;
mod serial_equivalence;
mod settle;
mod setup;
