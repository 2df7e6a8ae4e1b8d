//! The log: what happens inside, on standard error, for whoever asks for it; and traces for a collector.
//!
//! As JSON each line holds the ids of the run, the step and the attempt that it is about. Nothing here knows inputs or
//! outputs of steps: those may hold secrets.

use std::{env, io};

use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

#[cfg(feature = "otel")]
use crate::otel::Export;
use crate::{args::LogFormat, error::CliError};

/// What must be finished before the program ends.
#[derive(Debug)]
pub(crate) struct Log {
    #[cfg(feature = "otel")]
    export: Option<Export>,
}

/// Starts the log. Without `-v` and without the variable `AOS_LOG` it holds warnings, or with `-q` errors alone.
pub(crate) fn start(verbose: u8, quiet: bool, format: LogFormat) -> Result<Log, CliError> {
    let directives = env::var("AOS_LOG")
        .ok()
        .filter(|directives| !directives.is_empty());
    let directives = match (verbose, &directives) {
        (0, Some(directives)) => directives,
        (0, None) if quiet => "error",
        (0, None) => "warn,sqlx=error",
        (1, _) => "info",
        (_, _) => "debug",
    };
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        CliError::usage(
            format!("read the filter in AOS_LOG: {error}"),
            "write for example AOS_LOG=aos_engine=debug",
        )
        .at("AOS_LOG")
    })?;
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        // The innermost span has the ids of those around it.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otel")]
    let export = Export::start()?;
    #[cfg(feature = "otel")]
    let subscriber = subscriber.with(export.as_ref().map(Export::layer));
    // Another subscriber can only exist in tests, and then theirs is wanted.
    let _ = subscriber.try_init();
    Ok(Log {
        #[cfg(feature = "otel")]
        export,
    })
}

impl Log {
    /// Hands on what is still waiting.
    pub(crate) fn finish(self) {
        #[cfg(feature = "otel")]
        if let Some(export) = self.export {
            export.finish();
        }
    }
}
