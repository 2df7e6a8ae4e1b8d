//! What `aos-golden` promises, tested at its boundary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod support;

mod compare;
mod content;
mod corpus;
mod corpus_accept;
mod corpus_report;
mod crash;
mod damage;
mod disk;
mod keys;
mod memory_use;
mod mutation;
mod record;
mod redact;
mod replay;
mod secrets;
mod sign;
