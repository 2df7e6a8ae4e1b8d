//! Observing and rendering in one.

use std::{fmt, sync::Arc};

use aos_spec::port::{Clock, RunObserver};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::{Metrics, MetricsOptions, accumulate::accumulate, recorder};

/// Metrics with a recorder of their own, and the text of them that Prometheus reads. Nothing is installed globally.
#[derive(Clone)]
pub struct Exporter {
    metrics: Metrics,
    handle: PrometheusHandle,
}

impl Exporter {
    /// Returns an exporter in which everything is zero.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, options: &MetricsOptions) -> Self {
        let (recorder, handle) = recorder();
        Self {
            metrics: Metrics::new(Arc::new(recorder), clock, options),
            handle,
        }
    }

    /// Returns the metrics, for what happens outside engines.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Returns the observer to hand to engines.
    #[must_use]
    pub fn observer(&self) -> Arc<dyn RunObserver> {
        Arc::new(self.metrics.clone())
    }

    /// Returns all metrics in the text format of Prometheus, as they are now.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = self.handle.render();
        // A recorder cannot forget a gauge, and runs and steps come and go: so the gauges live in one that is thrown away.
        let gauges = PrometheusBuilder::new().build_recorder();
        self.metrics.report_gauges(&gauges);
        text.push_str(&gauges.handle().render());
        text
    }

    /// Returns what [`render`](Exporter::render) does, with all that was counted in `previous` added: the text that an
    /// exporter of an earlier process has returned.
    ///
    /// For commands that end before anybody can scrape them: each adds what it has counted to a file, and whoever reads
    /// the file sees counters that grow, as those of one long process. Cents are shown with their fractions, because no
    /// later command could carry them. What `previous` holds besides counters and histograms of the catalogue is dropped.
    #[must_use]
    pub fn render_onto(&self, previous: &str) -> String {
        accumulate(
            &self.render(),
            previous,
            self.metrics.inner().handles.cost.carried(),
        )
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}
