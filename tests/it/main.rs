//! The promises that cross crates.

mod crash_equivalence;
mod serial_equivalence;
