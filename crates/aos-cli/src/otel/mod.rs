//! Export of traces with OpenTelemetry: OTLP over HTTP, to a collector on this machine or in a trusted network.
//!
//! Turned on by the variables of the standard, of which `OTEL_EXPORTER_OTLP_ENDPOINT` says where the collector is. There is no TLS.

mod convention;
mod export;
#[cfg(test)]
mod tests;

use std::{env, time::Duration};

use opentelemetry::{InstrumentationScope, trace::TracerProvider};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    registry::LookupSpan,
};

use self::export::ByConvention;
use crate::error::CliError;

/// The variables that say where the collector is; the first that is set counts.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// How long the end of the program waits for the collector.
const FLUSH_TIME: Duration = Duration::from_secs(3);

/// The export of spans, until it is finished.
#[derive(Debug)]
pub(crate) struct Export(SdkTracerProvider);

impl Export {
    /// Begins to export, if a collector is named.
    pub(crate) fn start() -> Result<Option<Self>, CliError> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let Some((name, endpoint)) = ENDPOINTS.into_iter().find_map(|name| Some((name, set(name)?))) else {
            return Ok(None);
        };
        let refused = |reason: String| {
            CliError::usage(
                format!("export traces to `{endpoint}`: {reason}"),
                format!("name a collector for OTLP over HTTP, such as {name}=http://127.0.0.1:4318"),
            )
            .at(name)
        };
        if !endpoint.starts_with("http://") {
            return Err(refused("only plain HTTP is spoken".into()));
        }
        let exporter = SpanExporter::builder().with_http().build();
        let exporter = exporter.map_err(|error| refused(error.to_string()))?;
        let mut resource = Resource::builder();
        if set("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name("aos");
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(ByConvention::new(exporter))
            .with_resource(resource.build());
        Ok(Some(Self(provider.build())))
    }

    /// Returns the layer that hands spans to the export: those of the engine.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        layer(self.0.tracer_with_scope(scope()))
    }

    /// Waits until the collector has everything, or for three seconds.
    pub(crate) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSH_TIME) {
            tracing::warn!(%error, "the last spans may be lost");
        }
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("aos")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_schema_url(convention::SCHEMA_URL)
        .build()
}

fn layer<S>(tracer: SdkTracer) -> impl Layer<S> + use<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_filter(Targets::new().with_target("aos_engine", LevelFilter::DEBUG))
}
