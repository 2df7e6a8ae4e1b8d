//! The promises that cross crates.

mod control;
mod crash_equivalence;
mod driver;
mod metrics;
mod ports;
mod serial_equivalence;
