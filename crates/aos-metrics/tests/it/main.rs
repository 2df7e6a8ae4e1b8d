//! Metrics as an engine moves them and as Prometheus reads them, and what alerts and dashboards make of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accumulate;
mod alerts;
mod bounds;
mod catalogue;
mod dashboards;
mod events;
mod fixture;
mod gauges;
mod parts;
mod promql;
mod server;
mod upkeep;
