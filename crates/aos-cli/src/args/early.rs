//! What is known about the form of the output before the arguments are.

use std::ffi::OsString;

use clap::ValueEnum;

use super::{Color, Format};

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
    use super::{Early, Format};

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
    }
}
