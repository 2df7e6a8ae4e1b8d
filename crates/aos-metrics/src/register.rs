//! Registering the series of the catalogue with a recorder.

use metrics::{Counter, Gauge, Histogram, Key, Level, Metadata, Recorder};

use crate::catalogue::{Kind, Metric};

const METADATA: Metadata<'static> = Metadata::new("aos_metrics", Level::INFO, Some(module_path!()));

/// Tells `recorder` what `metrics` mean.
pub(crate) fn describe<'a>(recorder: &dyn Recorder, metrics: impl IntoIterator<Item = &'a Metric>) {
    for metric in metrics {
        let (name, help) = (metric.name.into(), metric.help.into());
        match metric.kind {
            Kind::Counter => recorder.describe_counter(name, None, help),
            Kind::Gauge => recorder.describe_gauge(name, None, help),
            Kind::Histogram => recorder.describe_histogram(name, None, help),
        }
    }
}

/// Returns the counter of `metric`, with this value of its label. From now on it exists at zero.
pub(crate) fn counter(recorder: &dyn Recorder, metric: &Metric, value: Option<&str>) -> Counter {
    recorder.register_counter(&key(metric, value), &METADATA)
}

/// Returns the gauge of `metric`, with this value of its label.
pub(crate) fn gauge(recorder: &dyn Recorder, metric: &Metric, value: Option<&str>) -> Gauge {
    recorder.register_gauge(&key(metric, value), &METADATA)
}

/// Returns the histogram of `metric`, with this value of its label. From now on it exists without observations.
pub(crate) fn histogram(recorder: &dyn Recorder, metric: &Metric, value: Option<&str>) -> Histogram {
    recorder.register_histogram(&key(metric, value), &METADATA)
}

fn key(metric: &Metric, value: Option<&str>) -> Key {
    match metric.label.zip(value) {
        Some(((label, _), value)) => {
            let label = metrics::Label::new(label.name(), value.to_owned());
            Key::from_parts(metric.name, vec![label])
        }
        None => Key::from_static_name(metric.name),
    }
}
