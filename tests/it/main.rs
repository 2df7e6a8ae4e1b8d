//! The promises that cross crates.

mod budget;
mod control;
mod crash_equivalence;
mod driver;
mod emergency_stop;
mod ports;
mod serial_equivalence;
