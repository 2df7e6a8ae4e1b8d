//! The sandbox at its boundary.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests may fail")]

mod corpus;
mod decoding;
mod evasion;
mod fuzz;
mod hostile;
mod idempotency;
mod import;
mod injection;
mod options;
mod oracle;
mod plan;
mod plan_attacks;
mod port;
mod random;
mod references;
mod render;
mod robustness;
mod rules_page;
mod skills;
mod support;
mod taint;
