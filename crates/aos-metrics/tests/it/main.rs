//! Metrics as an engine moves them and as Prometheus reads them, and what alerts and dashboards make of them.

mod bounds;
mod catalogue;
mod events;
mod fixture;
mod gauges;
mod parts;
mod server;
mod upkeep;
