//! A recorder with the buckets of the catalogue that keeps its own house.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::catalogue::{self, Kind};

/// Returns a recorder with the buckets of the catalogue, and the handle that renders what it holds.
///
/// Nothing is installed; `metrics::set_global_recorder` does so.
#[must_use]
pub fn recorder() -> (SelfTidyingRecorder, PrometheusHandle) {
    let mut builder = PrometheusBuilder::new();
    for metric in catalogue::ALL
        .iter()
        .filter(|metric| metric.kind == Kind::Histogram)
    {
        #[expect(
            clippy::expect_used,
            reason = "a test registers every histogram of the catalogue, and none is without buckets"
        )]
        let with_buckets = builder
            .set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), metric.buckets)
            .expect("every histogram has buckets");
        builder = with_buckets;
    }
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    let upkeep = Arc::new(Upkeep {
        handle: handle.clone(),
        n_observations: AtomicU64::new(0),
    });
    (SelfTidyingRecorder { recorder, upkeep }, handle)
}

/// A Prometheus recorder that sorts its observations into buckets by itself.
///
/// The exporter keeps every observation until somebody renders; without a scrape memory would grow with each step. Here
/// every 8,192nd observation sorts those before it, so that no thread or runtime is needed for that.
#[derive(Debug)]
pub struct SelfTidyingRecorder {
    recorder: PrometheusRecorder,
    upkeep: Arc<Upkeep>,
}

#[deny(clippy::missing_trait_methods)]
impl Recorder for SelfTidyingRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.recorder.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.recorder.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(TidyHistogram {
            histogram: self.recorder.register_histogram(key, metadata),
            upkeep: Arc::clone(&self.upkeep),
        }))
    }
}

struct TidyHistogram {
    histogram: Histogram,
    upkeep: Arc<Upkeep>,
}

impl HistogramFn for TidyHistogram {
    fn record(&self, value: f64) {
        self.histogram.record(value);
        self.upkeep.observed();
    }
}

struct Upkeep {
    handle: PrometheusHandle,
    n_observations: AtomicU64,
}

impl Upkeep {
    const INTERVAL: u64 = 8_192;

    fn observed(&self) {
        if self.n_observations.fetch_add(1, Ordering::Relaxed) % Self::INTERVAL == Self::INTERVAL - 1 {
            self.handle.run_upkeep();
        }
    }
}

impl std::fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upkeep").finish_non_exhaustive()
    }
}
