//! From the engine's spans to spans by the conventions, just before they leave.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use aos_spec::ContentHash;
use opentelemetry::{
    KeyValue, Value,
    trace::{SpanContext, Status, TraceId},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanEvents, SpanExporter},
};

use super::convention::{
    ATTEMPT_SPAN, ERROR_FIELD, EXECUTE_TOOL, INVOKE_WORKFLOW, OPERATION_NAME, RUN_ID_FIELD, RUN_SPAN,
    SKILL_FIELD, WORKFLOW_FIELD, attribute,
};

/// Hands spans on under the names of the conventions. All spans of a run, also when it is resumed in another process, are of
/// one trace, whose id follows from that of the run.
#[derive(Debug)]
pub(super) struct ByConvention<E> {
    exporter: E,
    has_failed: AtomicBool,
}

impl<E> ByConvention<E> {
    pub(super) const fn new(exporter: E) -> Self {
        Self {
            exporter,
            has_failed: AtomicBool::new(false),
        }
    }
}

impl<E: SpanExporter> SpanExporter for ByConvention<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exported = self
            .exporter
            .export(batch.into_iter().map(translated).collect())
            .await;
        if let Err(error) = &exported
            && !self.has_failed.swap(true, Ordering::Relaxed)
        {
            // Once: the run goes on, and what a collector misses must not flood a log.
            tracing::warn!(%error, "spans are lost: the collector cannot be reached");
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn translated(mut span: SpanData) -> SpanData {
    let field = |name: &str| {
        let found = span
            .attributes
            .iter()
            .find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.as_str().into_owned())
    };
    if let Some(run_id) = field(RUN_ID_FIELD) {
        let own = &span.span_context;
        span.span_context = SpanContext::new(
            trace_of(&run_id),
            own.span_id(),
            own.trace_flags(),
            own.is_remote(),
            own.trace_state().clone(),
        );
    }
    let operation = match span.name.as_ref() {
        RUN_SPAN => Some((INVOKE_WORKFLOW, field(WORKFLOW_FIELD))),
        ATTEMPT_SPAN => Some((EXECUTE_TOOL, field(SKILL_FIELD))),
        _ => None,
    };
    if let Some(code) = field(ERROR_FIELD) {
        span.status = Status::error(code);
    }
    let attributes = span.attributes.into_iter();
    span.attributes = attributes
        .filter_map(|KeyValue { key, value, .. }| Some(KeyValue::new(attribute(key.as_str())?, value)))
        .collect();
    if let Some((operation, subject)) = operation {
        span.name = format!("{operation} {}", subject.unwrap_or_default()).into();
        span.attributes
            .push(KeyValue::new(OPERATION_NAME, Value::from(operation)));
    }
    // The log has the events, and attributes say the same.
    span.events = SpanEvents::default();
    span
}

/// Returns the id of the trace of a run.
fn trace_of(run_id: &str) -> TraceId {
    let hash = format!("{:x}", ContentHash::of_bytes(run_id.as_bytes()));
    hash.get(..32)
        .and_then(|half| TraceId::from_hex(half).ok())
        .unwrap_or(TraceId::INVALID)
}
