//! Tests of the program `aos` as others see it: arguments in, standard output, standard error and an exit code out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "that is how tests fail, also in their helpers"
)]

mod bad_input;
mod commands;
mod damage;
mod examples;
mod exit_codes;
mod kill;
mod operate;
mod output;
mod plan;
mod policy;
mod run;
mod sandbox;
mod signals;
mod stored;
mod support;
mod validate;
