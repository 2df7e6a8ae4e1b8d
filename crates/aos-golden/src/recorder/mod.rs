//! Recorders: what the engine hands its events to.

mod file;
mod memory;

pub use file::GoldenRecorder;
pub use memory::InMemoryGoldenRecorder;
