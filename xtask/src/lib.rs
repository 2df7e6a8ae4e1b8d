//! What the project's checks and CI run, as `cargo xtask <command>`.
//!
//! One file (or folder) per command; [`command`] lists them. The rules of [`tidy`] and the table of [`layers`] are
//! also tests of this package, so that `cargo test` alone holds them.
//!
//! It is kept small and nearly free of dependencies, because every check begins with building it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "stdout is the answer of a command, stderr its progress and its problems"
)]

pub mod args;
pub mod bench;
pub mod ci;
pub mod command;
pub mod finding;
pub mod golden;
pub mod layers;
pub mod ops;
pub mod pick_one;
pub mod sandbox_score;
pub mod test;
pub mod tidy;
pub mod tools;
pub mod workspace;

pub use command::run;
