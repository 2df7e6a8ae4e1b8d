//! What `cargo xtask golden-check`, `golden-regen` and `golden-accept` call. It is a program of its own so that xtask itself
//! is built without the engine.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    ExitCode::from(aos_testkit::golden::run(env::args_os()))
}
