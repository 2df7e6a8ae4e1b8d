//! Prometheus metrics of AOS, as an observer behind the port `RunObserver`.
//!
//! [`Metrics`] turns what an engine announces into counters, histograms and gauges of any [`metrics::Recorder`]. An
//! engine without it works the same. Three ways to use it:
//!
//! - whole: [`Exporter`] observes and renders the text that Prometheus reads, and [`MetricsServer`] serves it;
//! - the recorder alone: install what [`recorder()`] returns, or use a recorder of your own, and hand it to
//!   [`Metrics::new`]. [`GlobalRecorder`] stands for the one that the application has installed;
//! - the handle alone: render what [`recorder()`] returns beside the recorder, on a server of your own.
//!
//! Besides engines of this process two other sources are followed: [`StoreFollower`] counts what engines of other processes
//! write to a store, and [`Exporter::render_onto`] adds up what commands count that end before anybody can scrape them.
//!
//! [`catalogue`] is the only list of names, labels and buckets; `docs/metrics.md` and the checks of alerts and dashboards
//! come from it.
//!
//! ```
//! # #[cfg(feature = "prometheus")] {
//! use std::sync::Arc;
//!
//! use aos_metrics::{Exporter, MetricsOptions};
//! use aos_spec::{Timestamp, port::Clock};
//!
//! struct Noon;
//!
//! impl Clock for Noon {
//!     fn now(&self) -> Timestamp {
//!         Timestamp::from_micros(0)
//!     }
//! }
//!
//! let exporter = Exporter::new(Arc::new(Noon), &MetricsOptions::default());
//! // Hand `exporter.observer()` to the builder of an engine.
//! exporter.metrics().golden_mismatched();
//! assert!(exporter.render().contains("\nnova_workflow_golden_mismatches_total 1\n"));
//! # }
//! ```

pub mod catalogue;

mod codes;
mod core;
mod cost;
mod follow;
mod global;
mod handles;
mod observer;
mod options;
mod register;
mod running;
mod skills;
mod step_costs;

#[cfg(feature = "prometheus")]
mod accumulate;
#[cfg(feature = "prometheus")]
mod exporter;
#[cfg(feature = "prometheus")]
mod recorder;
#[cfg(feature = "server")]
mod server;

pub use core::{Metrics, SharedRecorder};
#[cfg(feature = "prometheus")]
pub use exporter::Exporter;
pub use follow::StoreFollower;
pub use global::GlobalRecorder;
pub use options::MetricsOptions;
#[cfg(feature = "prometheus")]
pub use recorder::{SelfTidyingRecorder, recorder};
#[cfg(feature = "server")]
pub use server::{CONTENT_TYPE, DEFAULT_ADDR, MetricsServer, Readiness};
