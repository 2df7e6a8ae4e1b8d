//! Where words go: the answer to standard output, everything else to standard error.
//!
//! Nothing else in the program writes to the standard streams, except for the progress of a run.

use std::{
    io::{self, Write},
    path::Path,
};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::{
    args::{Color, Format},
    error::CliError,
    render::{diagnostic, style::Symbols},
};

/// How answers are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) quiet: bool,
    pub(crate) symbols: Symbols,
}

impl Output {
    pub(crate) fn new(format: Format, color: Color, quiet: bool) -> Self {
        match color {
            Color::Auto => {}
            Color::Always => ColorChoice::Always.write_global(),
            Color::Never => ColorChoice::Never.write_global(),
        }
        Self {
            format,
            quiet,
            symbols: Symbols::of_locale(),
        }
    }

    /// Writes the answer of a command: `text` for people, `document` for programs.
    pub(crate) fn answer(
        &self,
        text: impl FnOnce() -> String,
        document: &(impl Serialize + ?Sized),
    ) -> Result<(), CliError> {
        match self.format {
            Format::Text => write_answer(&text()),
            Format::Json => write_answer(&(pretty(document)? + "\n")),
            Format::Jsonl => write_answer(&line(document)?),
            Format::None => Ok(()),
        }
    }

    /// Writes an answer that is a list: as JSON one document with the list under `name`, as JSON lines one line per item.
    pub(crate) fn list<T: Serialize>(
        &self,
        text: impl FnOnce() -> String,
        name: &str,
        items: &[T],
    ) -> Result<(), CliError> {
        if self.format == Format::Jsonl {
            return items.iter().try_for_each(|item| write_answer(&line(item)?));
        }
        self.answer(text, &serde_json::json!({ name: items }))
    }

    /// Writes a line to standard error, unless only the answer is wanted.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            write_aside(&format!("{text}\n"));
        }
    }

    /// Writes a line of advice to standard error, unless only the answer is wanted.
    pub(crate) fn help(&self, advice: &str) {
        if !self.quiet {
            write_aside(&diagnostic::help(advice));
        }
    }

    /// Writes an error: for people to standard error, and for programs that read JSON also as the answer.
    pub(crate) fn error(&self, error: &CliError) {
        write_aside(&diagnostic::error(error));
        if matches!(self.format, Format::Json | Format::Jsonl) {
            // There is no better place left to report that the answer cannot be written.
            let _ = self.answer(String::new, &error.document());
        }
    }
}

/// Writes `text` to standard error. When that is closed there is nobody to tell.
pub(crate) fn write_aside(text: &str) {
    let _ = AutoStream::auto(io::stderr()).lock().write_all(text.as_bytes());
}

/// Writes `text` to standard output. A reader that has gone away is content: the answer ends quietly.
pub(crate) fn write_answer(text: &str) -> Result<(), CliError> {
    let mut stdout = AutoStream::auto(io::stdout()).lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::io(
            "write the answer",
            Path::new("standard output"),
            &error,
        )),
        _ => Ok(()),
    }
}

/// Returns `document` as one line.
pub(crate) fn line(document: &(impl Serialize + ?Sized)) -> Result<String, CliError> {
    serde_json::to_string(document)
        .map(|text| text + "\n")
        .map_err(|error| unwritable(&error))
}

/// Returns `document` as several lines, without a newline at the end.
pub(crate) fn pretty(document: &(impl Serialize + ?Sized)) -> Result<String, CliError> {
    serde_json::to_string_pretty(document).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> CliError {
    CliError::new(
        aos_spec::ErrorCode::SerializationError,
        format!("write the answer as JSON: {error}"),
    )
}
