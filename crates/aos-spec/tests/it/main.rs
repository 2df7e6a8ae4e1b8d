//! Tests of `aos-spec` at its boundary.

mod document;
mod graph;
mod problems;
mod reference;
mod robustness;
mod schema;
