//! From a file or text to rules.

use std::path::Path;

use super::{PolicyConfig, locate::line_and_column};
use crate::ConfigError;

/// The largest policy file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

impl PolicyConfig {
    /// Reads the rules from the file at `path`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the file cannot be read or does not hold rules that can be applied. Nothing may start then.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |reason: String| ConfigError::Unreadable {
            path: path.display().to_string(),
            reason,
        };
        let size = std::fs::metadata(path)
            .map_err(|error| unreadable(error.to_string()))?
            .len();
        if size > MAX_BYTES {
            return Err(unreadable(format!(
                "it has {size} bytes; at most {MAX_BYTES} are read"
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        Self::parse(&text)
    }

    /// Reads the rules from TOML.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the place of what is not TOML, not a field, not a value, or cannot be applied.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let (line, column) = line_and_column(text, error.span().map_or(0, |span| span.start));
            ConfigError::Invalid {
                line,
                column,
                message: error.message().trim_end().replace('\n', "; "),
            }
        })?;
        config.validate(text)?;
        Ok(config)
    }
}
