//! The pure state machine behind a run: no clock, no I/O, no randomness, no runtime.
//!
//! Steps *end* in any order and are written down when they do; they *commit* in canonical order, as the entries of a
//! processor's reorder buffer retire. Everything that counts (results, status, cost, hash) is decided at commit, so it is
//! what executing one step at a time would have given.
//!
//! Source of the idea: J. E. Smith and A. R. Pleszkun, "Implementing precise interrupts in pipelined processors", 1988.
//!
//! [`Machine::handle`] takes one [`Input`] and returns the [`Effect`]s that follow from it. Whoever drives the machine
//! performs all effects in their order and answers each [`Effect::Authorize`], [`Effect::Invoke`], [`Effect::Sleep`],
//! [`Effect::Append`] and [`Effect::Save`] with one input, in any order of completion.

mod commit;
mod end;
mod io;
mod restore;
mod schedule;
mod state;
mod stop;

pub use io::{Answer, Effect, Input, Stop, WriteNumber};
pub use state::{Machine, MachineOptions};
