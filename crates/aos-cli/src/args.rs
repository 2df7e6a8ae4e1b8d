//! The arguments of the program: the options of every command, and the tree of commands.

use std::ffi::OsString;

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

/// What the arguments say about output, read before they are parsed as a whole, so that a mistake among them is reported
/// in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Early {
    pub(crate) format: Format,
    pub(crate) color: Color,
}

impl Early {
    /// Reads `args`; what is missing or unknown counts as the default.
    pub(crate) fn read(args: &[OsString]) -> Self {
        let words: Vec<_> = args.iter().skip(1).filter_map(|arg| arg.to_str()).collect();
        let words = words.split(|word| *word == "--").next().unwrap_or_default();
        let format = value_of(words, Some("-o"), "--output")
            .map(str::to_owned)
            .or_else(|| std::env::var("AOS_OUTPUT").ok())
            .and_then(|value| Format::from_str(&value, false).ok());
        let color = value_of(words, None, "--color").and_then(|value| Color::from_str(value, false).ok());
        Self {
            format: format.unwrap_or(Format::Text),
            color: color.unwrap_or(Color::Auto),
        }
    }
}

/// Returns the value of an option, written as `-oVALUE`, `-o VALUE`, `--output=VALUE` or `--output VALUE`.
fn value_of<'a>(words: &[&'a str], short: Option<&str>, long: &str) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        if *word == long || short == Some(word) {
            return words.get(at + 1).copied();
        }
        let attached = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
        attached.or_else(|| {
            word.strip_prefix(short?)
                .map(|value| value.trim_start_matches('='))
        })
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Early, Format};

    /// Calls `visit` with every command that can be run and the words that lead to it.
    fn walk(command: &clap::Command, path: &str, visit: &mut impl FnMut(&clap::Command, &str)) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let path = format!("{path} {}", sub.get_name());
            if sub.has_subcommands() {
                walk(sub, &path, visit);
            } else {
                visit(sub, &path);
            }
        }
    }

    #[test]
    fn the_tree_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_line_about_it_and_an_example() {
        let mut seen = 0;
        walk(&Cli::command(), "aos", &mut |command, path| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(
                !about.is_empty() && !about.contains('\n') && about.len() <= 80,
                "{path}: {about}"
            );
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                help.contains(&format!("Example: {path}")),
                "{path} has no example"
            );
            seen += 1;
        });
        assert!(seen >= 16, "the walk saw {seen} commands only");
    }

    #[test]
    fn every_command_accepts_the_global_options() {
        let mut tree = Cli::command();
        tree.build();
        walk(&tree, "aos", &mut |command, path| {
            for name in [
                "output",
                "color",
                "progress",
                "quiet",
                "verbose",
                "log_format",
                "store",
            ] {
                assert!(
                    command.get_arguments().any(|arg| arg.get_id() == name),
                    "{path} lacks {name}"
                );
            }
        });
    }

    #[test]
    fn no_help_shows_the_value_of_a_variable() {
        let mut tree = Cli::command();
        tree.build();
        walk(&tree, "aos", &mut |command, path| {
            for arg in command.get_arguments().filter(|arg| arg.get_env().is_some()) {
                assert!(arg.is_hide_env_values_set(), "{path} --{}", arg.get_id());
            }
        });
    }

    #[test]
    fn options_and_arguments_are_described() {
        walk(&Cli::command(), "aos", &mut |command, path| {
            for arg in command.get_arguments() {
                assert!(
                    arg.get_help().is_some(),
                    "{path}: {} is not described",
                    arg.get_id()
                );
            }
        });
    }

    #[test]
    fn the_format_is_known_before_the_arguments_are() {
        let check = |args: &[&str], expect| {
            let args: Vec<_> = std::iter::once("aos")
                .chain(args.iter().copied())
                .map(Into::into)
                .collect();
            assert_eq!(Early::read(&args).format, expect, "{args:?}");
        };
        check(&["run", "-o", "json"], Format::Json);
        check(&["-ojsonl", "run"], Format::Jsonl);
        check(&["run", "--output=none", "--bad"], Format::None);
        check(&["run", "--output", "json"], Format::Json);
        check(&["run", "--", "-ojson"], Format::Text);
        check(&["run", "-o", "xml"], Format::Text);
        assert!(Cli::try_parse_from(["aos", "runs", "list", "-o", "json"]).is_ok());
    }
}
