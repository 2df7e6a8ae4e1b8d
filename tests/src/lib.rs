//! What the tests of promises that cross crates share: generated workflows with scripted skills, a model that executes
//! them one step at a time, a simulator that executes them in any order and crashes anywhere, and faults for the real
//! driver.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

pub mod case;
pub mod crash;
pub mod fixture;
pub mod generate;
pub mod golden;
pub mod model;
pub mod scripted;
pub mod sim;
pub mod workflows;

/// The program in `docs/embedding.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Embedding;
