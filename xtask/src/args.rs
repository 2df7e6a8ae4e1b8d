//! Reads the words after the name of a command.

use std::{collections::BTreeMap, fmt};

/// The words of a command line, sorted into switches, options with values, and the rest.
#[derive(Debug, Default)]
pub struct Args {
    switches: Vec<String>,
    options: BTreeMap<String, Vec<String>>,
    rest: Vec<String>,
}

/// The command line is not of the form that the command asks for.
#[derive(Debug)]
pub struct UsageError(
    /// What is wrong, as a lowercase fragment.
    pub String,
);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

impl Args {
    /// Returns `words` sorted: those of `switches` stand alone, those of `options` take the next word or what follows
    /// a `=`, and every other word that does not begin with a dash is kept in order.
    ///
    /// # Errors
    ///
    /// [`UsageError`] for an unknown word with a dash, and for an option without a value.
    pub fn parse(words: &[String], switches: &[&str], options: &[&str]) -> Result<Self, UsageError> {
        let mut args = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) if word.starts_with('-') => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            if options.contains(&name) {
                let value = value
                    .or_else(|| words.next().cloned())
                    .ok_or_else(|| UsageError(format!("`{name}` needs a value")))?;
                args.options.entry(name.to_owned()).or_default().push(value);
            } else if switches.contains(&word.as_str()) {
                args.switches.push(word.clone());
            } else if word.starts_with('-') {
                return Err(UsageError(format!("unknown option `{word}`")));
            } else {
                args.rest.push(word.clone());
            }
        }
        Ok(args)
    }

    /// Whether a switch was given.
    #[must_use]
    pub fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    /// Returns the values of an option, in the order given.
    #[must_use]
    pub fn values(&self, option: &str) -> &[String] {
        self.options.get(option).map_or(&[], Vec::as_slice)
    }

    /// Returns the words that are neither switches nor options.
    #[must_use]
    pub fn rest(&self) -> &[String] {
        &self.rest
    }

    /// Accepts a command line without further words.
    ///
    /// # Errors
    ///
    /// [`UsageError`] when there is one.
    pub fn no_rest(&self) -> Result<(), UsageError> {
        self.rest.first().map_or(Ok(()), |word| {
            Err(UsageError(format!("unexpected word `{word}`")))
        })
    }
}
