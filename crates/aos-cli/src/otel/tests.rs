//! What a run looks like to a collector.

use std::{
    future::ready,
    sync::{Arc, Mutex},
};

use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use tracing::{info_span, subscriber::with_default};
use tracing_subscriber::layer::SubscriberExt;

use super::{export::ByConvention, layer, scope};

/// Keeps what it is handed.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        self.0.lock().unwrap().extend(batch);
        ready(Ok(()))
    }
}

/// Returns what is exported of the spans that `traced` makes.
fn exported(traced: impl FnOnce()) -> Vec<SpanData> {
    let kept = Kept::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(ByConvention::new(kept.clone()));
    let provider = provider.build();
    let tracer = provider.tracer_with_scope(scope());
    with_default(tracing_subscriber::registry().with(layer(tracer)), traced);
    provider.shutdown().unwrap();
    let spans = kept.0.lock().unwrap();
    spans.clone()
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key.as_str() == key);
    found.map(|attribute| attribute.value.as_str().into_owned())
}

#[test]
fn spans_leave_under_the_names_of_the_conventions() {
    let spans = exported(|| {
        let run = info_span!(target: "aos_engine", "aos.run", run_id = "r-1", workflow_id = "triage", unknown = "x");
        let attempt = info_span!(target: "aos_engine", parent: &run, "aos.attempt", run_id = "r-1", skill_id = "echo", attempt = 2,
            error_code = "TIMEOUT");
        drop(attempt);
        drop(info_span!(target: "sqlx::query", parent: &run, "query", statement = "select secret"));
    });
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["execute_tool echo", "invoke_workflow triage"]);
    let [attempt, run] = &spans[..] else {
        panic!("{spans:?}");
    };
    for (span, key, value) in [
        (attempt, "gen_ai.operation.name", "execute_tool"),
        (attempt, "gen_ai.tool.name", "echo"),
        (attempt, "aos.attempt", "2"),
        (attempt, "error.type", "TIMEOUT"),
        (run, "gen_ai.operation.name", "invoke_workflow"),
        (run, "gen_ai.workflow.name", "triage"),
        (run, "aos.run.id", "r-1"),
    ] {
        assert_eq!(attribute(span, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(attempt.status, Status::error("TIMEOUT"));
    assert_eq!(attempt.parent_span_id, run.span_context.span_id());
    assert!(
        !format!("{spans:?}").contains("unknown"),
        "only known fields leave"
    );
}

#[test]
fn the_trace_follows_from_the_run_id() {
    let run = |run_id: &str| {
        let spans = exported(|| drop(info_span!(target: "aos_engine", "aos.run", run_id)));
        spans[0].span_context.trace_id().to_string()
    };
    // `printf r-1 | sha256sum`
    assert_eq!(run("r-1"), "a5fa777a3dc67268caea6eea038ba141");
    assert_eq!(run("r-1"), run("r-1"));
    assert_ne!(run("r-1"), run("r-2"));
}
