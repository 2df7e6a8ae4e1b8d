//! From arguments to an exit code.

use std::{env, ffi::OsString};

use clap::{ColorChoice, CommandFactory, FromArgMatches, error::ErrorKind};

use crate::{
    args::{Cli, Color, DEFAULT_STORE, Early, Format, ProgressMode},
    command::Command,
    error::CliError,
    exit::Exit,
    log,
    metrics::CommandMetrics,
    output::{Output, write_answer, write_aside},
    render::diagnostic,
};

/// What every command knows about its surroundings.
#[derive(Debug)]
pub(crate) struct Context {
    /// Where words go.
    pub(crate) output: Output,
    /// How progress is shown.
    pub(crate) progress: ProgressMode,
    /// Where runs are kept.
    pub(crate) store: String,
    /// What the command counts.
    pub(crate) metrics: CommandMetrics,
}

impl Context {
    /// Returns the name of the store as it may be shown.
    pub(crate) fn store_name(&self) -> &str {
        &self.store
    }

    /// Returns a command to type next, for the same store.
    pub(crate) fn command(&self, words: &str) -> String {
        if self.store == DEFAULT_STORE || env::var("AOS_STORE").is_ok_and(|store| store == self.store) {
            format!("aos {words}")
        } else {
            format!("aos --store '{}' {words}", self.store)
        }
    }
}

/// Runs the program with `args`, the first of which is its name.
pub(crate) fn run(args: Vec<OsString>) -> Exit {
    let early = Early::read(&args);
    match parse(args, early.color) {
        Ok(cli) => {
            let output = Output::new(cli.global.output, cli.global.color, cli.global.quiet);
            execute(cli, output).unwrap_or_else(|error| {
                output.error(&error);
                error.exit
            })
        }
        Err(error) => explain(&error, Output::new(early.format, early.color, false)),
    }
}

fn parse(args: Vec<OsString>, color: Color) -> Result<Cli, clap::Error> {
    let color = match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let matches = Cli::command().color(color).try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

fn execute(cli: Cli, output: Output) -> Result<Exit, CliError> {
    let global = cli.global;
    let log = log::start(global.verbose, global.quiet, global.log_format)?;
    // A bar would be torn by log lines.
    let progress = match global.progress {
        _ if global.quiet => ProgressMode::None,
        ProgressMode::Auto if global.verbose > 0 => ProgressMode::Plain,
        mode => mode,
    };
    let command: Command = cli.command;
    let context = Context {
        output,
        progress,
        store: global.store,
        metrics: CommandMetrics::new(global.metrics_file),
    };
    let done = command.execute(&context);
    // The exit code is that of the command: whoever waits for it does not wait for its metrics.
    if let Err(error) = context.metrics.write() {
        write_aside(&diagnostic::error(&error));
    }
    log.finish();
    done
}

/// Shows the help that was asked for, or what is wrong with the arguments.
fn explain(error: &clap::Error, output: Output) -> Exit {
    let text = error.render().ansi().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return write_answer(&text).map_or_else(|error| error.exit, |()| Exit::Ok);
    }
    write_aside(&text);
    if matches!(output.format, Format::Json | Format::Jsonl) {
        let text = error.render().to_string();
        let message = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        let tips = text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("tip: "));
        let error = CliError::usage(message, "`aos help` and `--help` show the arguments");
        let error = tips.fold(error, CliError::with_advice);
        // Standard error has been told already.
        let _ = output.answer(String::new, &error.document());
    }
    Exit::Usage
}
