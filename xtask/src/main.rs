//! `cargo xtask`: see the library.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    xtask::run(&env::args().skip(1).collect::<Vec<_>>())
}
