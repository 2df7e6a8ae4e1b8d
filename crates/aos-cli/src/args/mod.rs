//! The arguments of the program: the options of every command, and the tree of commands.

mod early;
#[cfg(test)]
mod tests;

pub(crate) use early::Early;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, ValueEnum};

use crate::command::Command;

/// Where runs are kept unless told otherwise.
pub(crate) const DEFAULT_STORE: &str = "sqlite:.aos/aos.db";

/// Deterministic, durable workflows for AI-agent plans.
#[derive(Debug, Parser)]
#[command(
    name = "aos",
    version,
    propagate_version = false,
    after_help = "Start with `aos validate FILE`, then `aos run FILE`.\n\
                  `aos explain` lists topics such as `exit-codes` and `environment`, and all error codes."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command accepts. `-h` leaves these out, `--help` shows them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Form of the answer on standard output
    #[arg(short, long, global = true, value_name = "FORMAT", default_value = "text")]
    #[arg(env = "AOS_OUTPUT", hide_env_values = true, hide_short_help = true)]
    pub(crate) output: Format,

    /// Whether to use colours; NO_COLOR and CLICOLOR_FORCE count for `auto`
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_short_help = true
    )]
    pub(crate) color: Color,

    /// How to show progress on standard error
    #[arg(long, global = true, value_name = "HOW", default_value = "auto")]
    #[arg(env = "AOS_PROGRESS", hide_env_values = true, hide_short_help = true)]
    pub(crate) progress: ProgressMode,

    /// Show nothing but the answer and errors
    #[arg(short, long, global = true, hide_short_help = true)]
    pub(crate) quiet: bool,

    /// Log what happens inside; twice for more (AOS_LOG holds a filter)
    #[arg(short, long, global = true, action = ArgAction::Count, hide_short_help = true)]
    pub(crate) verbose: u8,

    /// Form of the log on standard error
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        hide_short_help = true
    )]
    pub(crate) log_format: LogFormat,

    /// File that what the command counts is added to, for the textfile collector of Prometheus (a name in *.prom)
    #[arg(long, global = true, value_name = "FILE")]
    #[arg(env = "AOS_METRICS_FILE", hide_env_values = true, hide_short_help = true)]
    pub(crate) metrics_file: Option<PathBuf>,

    /// Where runs are kept: `sqlite:PATH`, or `memory:` to keep nothing
    #[arg(long, global = true, value_name = "URL", default_value = DEFAULT_STORE)]
    #[arg(env = "AOS_STORE", hide_env_values = true, hide_short_help = true)]
    pub(crate) store: String,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people; may change in any release
    Text,
    /// One JSON document
    Json,
    /// One JSON document per line, as things happen
    Jsonl,
    /// Nothing: the exit code is the answer
    None,
}

/// Whether to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that can show them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A bar on a terminal, plain lines elsewhere
    Auto,
    /// A bar
    Bar,
    /// A line for each step that ended
    Plain,
    /// Nothing
    None,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON document per line
    Json,
}
