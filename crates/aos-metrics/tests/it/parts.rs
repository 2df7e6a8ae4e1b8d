//! Whoever wants the recorder alone, or the handle alone, gets it.

use std::sync::Arc;

use aos_metrics::{GlobalRecorder, Metrics, MetricsOptions, recorder};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::fixture::{ManualClock, value_in};

#[test]
fn the_recorder_and_its_handle_work_without_the_rest() {
    let (recorder, handle) = recorder();
    metrics::with_local_recorder(&recorder, || {
        metrics::counter!("of_the_application").increment(2);
        metrics::histogram!("nova_workflow_duration_seconds").record(40.0);
    });
    let text = handle.render();
    assert_eq!(value_in(&text, "of_the_application"), Some(2.0));
    assert_eq!(
        value_in(&text, "nova_workflow_duration_seconds_bucket{le=\"60\"}"),
        Some(1.0)
    );
}

#[test]
fn metrics_work_over_the_recorder_of_the_application() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let clock = Arc::new(ManualClock::default());
    metrics::with_local_recorder(&recorder, || {
        let metrics = Metrics::new(Arc::new(GlobalRecorder), clock, &MetricsOptions::default());
        metrics.replay_failed();
        metrics.set_queue_depth(3);
        metrics.report_gauges(&GlobalRecorder);
    });
    let text = recorder.handle().render();
    assert_eq!(value_in(&text, "nova_workflow_replay_failures_total"), Some(1.0));
    assert_eq!(value_in(&text, "nova_workflow_queue_depth"), Some(3.0));
}
