//! The log: what happens inside, on standard error, for whoever asks for it.

use std::{env, io};

use tracing_subscriber::{EnvFilter, fmt};

use crate::{args::LogFormat, error::CliError};

/// Starts the log. Without `-v` and without the variable `AOS_LOG` it holds warnings, or with `-q` errors alone.
pub(crate) fn start(verbose: u8, quiet: bool, format: LogFormat) -> Result<(), CliError> {
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
    let subscriber = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false);
    // Another subscriber can only exist in tests, and then theirs is wanted.
    let _ = match format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    Ok(())
}
