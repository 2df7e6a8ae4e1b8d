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
mod golden;
mod golden_kill;
mod golden_record;
mod golden_replay;
mod kill;
mod log;
mod metrics;
mod operate;
mod ops;
#[cfg(feature = "otel")]
mod otel;
mod output;
mod plan;
mod policy;
mod run;
mod sandbox;
mod signals;
mod stored;
mod support;
mod validate;
