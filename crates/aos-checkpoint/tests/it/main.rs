//! The stores at their boundary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod policy;
mod support;
