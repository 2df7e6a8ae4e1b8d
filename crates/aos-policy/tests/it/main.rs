//! What the policy promises to those who use it alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod config;
mod rules;
mod simulation;
mod support;
