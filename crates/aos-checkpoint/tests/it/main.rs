//! The stores at their boundary.

mod conformance;
mod support;
