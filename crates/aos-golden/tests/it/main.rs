//! What `aos-golden` promises, tested at its boundary.

mod support;

mod compare;
mod crash;
mod damage;
mod disk;
mod keys;
mod memory_use;
mod record;
mod redact;
mod replay;
mod secrets;
mod sign;
mod tools;
