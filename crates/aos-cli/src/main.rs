//! The command line program `aos`: the one place where all parts of AOS meet.
//!
//! Standard output holds the answer, standard error everything else, and the exit code depends on the outcome alone.
//! Suggested reading order: `args`, `program`, `command`, `exit`, `error`, `output`, `store`, `compose`, `progress`.

mod args;
mod bug;
mod command;
mod compose;
mod error;
mod execution;
mod exit;
mod golden;
mod ids;
mod inputs;
mod log;
mod metrics;
#[cfg(feature = "otel")]
mod otel;
mod output;
mod problem;
mod program;
mod progress;
mod render;
mod runtime;
mod shape;
mod signals;
mod store;
mod workflow_file;

use std::process::ExitCode;

fn main() -> ExitCode {
    bug::guard(|| program::run(std::env::args_os().collect())).into()
}
