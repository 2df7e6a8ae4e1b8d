//! Rows of a corpus.

use std::{fs, io, path::Path};

use serde::Deserialize;

/// One text of a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// Identifies the row.
    #[serde(default)]
    pub id: String,
    /// Where the text comes from.
    #[serde(default)]
    pub source: String,
    /// What kind of text it is.
    pub category: String,
    /// The text itself.
    pub text: String,
    /// `attack` or `benign`.
    pub label: String,
    /// The steps of the plan that the text belongs to.
    #[serde(default)]
    pub steps: Vec<String>,
}

/// The reason why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// The file could not be read.
    #[error("read the corpus")]
    Read(#[from] io::Error),
    /// A line is no row.
    #[error("read line {line} of the corpus")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Row {
    /// Whether the text is an attack.
    #[must_use]
    pub fn is_attack(&self) -> bool {
        self.label == "attack"
    }

    /// Whether the text is an encoding of another attack.
    #[must_use]
    pub fn is_encoded(&self) -> bool {
        self.source.starts_with("own:evasion")
    }
}

/// Reads a corpus.
///
/// # Errors
///
/// [`CorpusError`] when the file cannot be read, or a line is no row.
pub fn read(path: &Path) -> Result<Vec<Row>, CorpusError> {
    fs::read_to_string(path)?
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|source| CorpusError::Line {
                line: index + 1,
                source,
            })
        })
        .collect()
}
