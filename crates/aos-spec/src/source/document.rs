//! The text of a workflow file beside its value.

use std::str;

use serde_json::Value;

use super::{Format, json, tree::Node, yaml};
use crate::{
    ErrorCode,
    check::{Location, Problem, Problems},
    limits,
};

/// A text that has been read, with the place of each of its values.
///
/// ```
/// use aos_spec::source::{Document, Format};
///
/// let document = Document::parse("steps:\n  - id: fetch\n", Format::Yaml).unwrap();
/// assert_eq!(document.to_value(), serde_json::json!({ "steps": [{ "id": "fetch" }] }));
/// let place = document.locate("/steps/0/id").unwrap();
/// assert_eq!((place.line, place.column), (2, 9));
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    root: Node,
}

/// What reading a text has given: its text as far as it is UTF-8, and its data as far as it has any.
pub(crate) struct Reading<'a> {
    pub(crate) text: &'a str,
    pub(crate) root: Option<Node>,
}

impl Document {
    /// Reads `text`.
    ///
    /// # Errors
    ///
    /// All problems that can be found, each with its location: text that is too large, not UTF-8, or not of the
    /// format; keys that stand twice; and what has no place in JSON data.
    pub fn parse(text: impl AsRef<[u8]>, format: Format) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new();
        let reading = read(text.as_ref(), format, &mut problems);
        match reading.root {
            Some(root) if problems.is_empty() => Ok(Self {
                text: reading.text.into(),
                root,
            }),
            root => Err(problems.into_located(reading.text, root.as_ref().map(|root| &root.spans))),
        }
    }

    /// Reads `text` as far as it has any data, beside all problems that can be found: the document is what a reader makes
    /// of it who passes over what is wrong.
    #[must_use]
    pub fn parse_partly(text: impl AsRef<[u8]>, format: Format) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Problems::new();
        let reading = read(text.as_ref(), format, &mut problems);
        let problems = problems.into_located(reading.text, reading.root.as_ref().map(|root| &root.spans));
        let document = reading.root.map(|root| Self {
            text: reading.text.into(),
            root,
        });
        (document, problems)
    }

    /// Returns the text as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the value of the whole text.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.root.value
    }

    /// Returns the value of the whole text as a copy of its own.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.root.value.clone()
    }

    /// Returns where the value at `pointer` stands, or the nearest value above it that exists; `None` when `pointer`
    /// is not a JSON Pointer.
    #[must_use]
    pub fn locate(&self, pointer: &str) -> Option<Location> {
        let span = self.root.spans.find(pointer)?;
        Some(Location::in_text(&self.text, span.start, span.end))
    }

    /// Returns where the key of the member at `pointer` stands; `None` when there is no such member.
    #[must_use]
    pub fn locate_key(&self, pointer: &str) -> Option<Location> {
        let span = self.root.spans.find_key(pointer)?;
        Some(Location::in_text(&self.text, span.start, span.end))
    }

    pub(crate) const fn root(&self) -> &Node {
        &self.root
    }
}

/// Reads `bytes`; what is wrong goes to `problems`.
pub(crate) fn read<'a>(bytes: &'a [u8], format: Format, problems: &mut Problems) -> Reading<'a> {
    if bytes.len() > limits::MAX_SPEC_BYTES {
        let (size, limit) = (bytes.len(), limits::MAX_SPEC_BYTES);
        let message = format!("{size} bytes are more than the {limit} allowed");
        problems.add(ErrorCode::LimitExceeded, "", message);
        return Reading { text: "", root: None };
    }
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let end = error.valid_up_to();
            problems
                .add(ErrorCode::SyntaxError, "", "this is not UTF-8 text")
                .help("save the file as UTF-8")
                .at(end..end);
            let text = str::from_utf8(&bytes[..end]).unwrap_or_default();
            return Reading { text, root: None };
        }
    };
    let start = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let root = match format {
        Format::Json => json::read(text, start, problems),
        Format::Yaml => yaml::read(text, start, problems),
    };
    Reading { text, root }
}
