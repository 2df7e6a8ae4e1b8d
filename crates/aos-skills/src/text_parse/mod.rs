//! The skill `text_parse`.

mod formats;
mod rows;

use aos_spec::{
    Effect, ErrorCode, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use self::rows::Rows;
use crate::{blocking, declare, pattern};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// The text. A byte order mark at its beginning is ignored.
    text: String,
    /// What the text is.
    format: Format,
    /// For `csv`: what separates fields, an ASCII character; a comma unless told otherwise.
    delimiter: Option<char>,
    /// For `csv`: whether the first record holds the names of the fields; true unless told otherwise.
    header: Option<bool>,
    /// For `pattern`: a regular expression with named groups, such as `(?<level>\w+): (?<message>.*)`.
    #[schemars(length(max = pattern::MAX_BYTES))]
    pattern: Option<String>,
    /// For `pattern`: what to do with a line that does not match; an error unless told otherwise.
    unmatched: Option<Unmatched>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// A list of the lines.
    Lines,
    /// RFC 4180: a list of records, each an object by field name, or a list of fields when there is no header. All
    /// fields are strings.
    Csv,
    /// The value of a JSON text.
    Json,
    /// A list of the values in a text with one JSON value a line.
    Jsonl,
    /// A list of objects, one a line, with what the named groups of `pattern` match.
    Pattern,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unmatched {
    /// The step fails and names the line.
    Error,
    /// The line is left out.
    Skip,
}

/// `text_parse`: turns text into data.
///
/// | `format` | output |
/// | --- | --- |
/// | `lines` | a list of the lines |
/// | `csv` | a list of objects by field name, or of lists with `header: false`; all fields are strings |
/// | `json` | the value |
/// | `jsonl` | a list of the values, one a line; blank lines are left out |
/// | `pattern` | a list of objects with what the named groups of `pattern` match, one a line; blank lines are left out |
///
/// For `csv`, `delimiter` may be another ASCII character. For `pattern`, `unmatched: skip` leaves out lines in which
/// the pattern is not found; a group that takes no part is `null`. The pattern is searched in time linear in the text;
/// its syntax is that of the [`regex`](https://docs.rs/regex#syntax) crate.
///
/// A text that is not what `format` says fails with `DESERIALIZATION_ERROR` and the number of the line.
#[derive(Debug)]
pub struct TextParse {
    manifest: SkillManifest,
}

impl TextParse {
    /// Returns the skill.
    #[must_use]
    pub fn new() -> Self {
        let manifest = declare::manifest::<Inputs, Value>(
            "text_parse",
            Effect::Pure,
            "Turns text (lines, CSV, JSON, JSON Lines, or lines of a pattern) into data.",
        );
        Self {
            manifest: manifest
                .with_input("text", InputKind::Opaque)
                .with_input("format", InputKind::Enum)
                .with_input("delimiter", InputKind::Opaque)
                .with_input("header", InputKind::Enum)
                .with_input("pattern", InputKind::Regex)
                .with_input("unmatched", InputKind::Enum),
        }
    }
}

impl Default for TextParse {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Skill for TextParse {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let inputs: Inputs = declare::inputs(&self.manifest, &context.inputs)?;
        let cancellation = context.cancellation.clone();
        let rows = Rows::new(move || cancellation.is_cancelled());
        blocking::run(move || parse(&inputs, rows))
            .await
            .map(SkillOutput::new)
    }
}

fn parse(inputs: &Inputs, mut rows: Rows) -> Result<Value, StepFailure> {
    let text = inputs.text.strip_prefix('\u{feff}').unwrap_or(&inputs.text);
    let is_for = |format: Format, name: &str, is_given: bool| {
        if is_given && inputs.format != format {
            return Err(invalid(format!("the input `{name}` goes with another `format`")));
        }
        Ok(())
    };
    is_for(Format::Csv, "delimiter", inputs.delimiter.is_some())?;
    is_for(Format::Csv, "header", inputs.header.is_some())?;
    is_for(Format::Pattern, "pattern", inputs.pattern.is_some())?;
    is_for(Format::Pattern, "unmatched", inputs.unmatched.is_some())?;
    match inputs.format {
        Format::Lines => formats::lines(text, &mut rows)?,
        Format::Csv => {
            let delimiter = inputs.delimiter.unwrap_or(',');
            let delimiter = u8::try_from(delimiter)
                .ok()
                .filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte));
            let delimiter =
                delimiter.ok_or_else(|| invalid("the input `delimiter` is not a usable ASCII character"))?;
            formats::csv(text, delimiter, inputs.header.unwrap_or(true), &mut rows)?;
        }
        Format::Json => return formats::json(text),
        Format::Jsonl => formats::jsonl(text, &mut rows)?,
        Format::Pattern => {
            let Some(pattern) = &inputs.pattern else {
                let message = "`text_parse` with `format: pattern` needs the input `pattern`";
                return Err(StepFailure::new(ErrorCode::MissingRequiredField, message));
            };
            let regex = pattern::compile(pattern)
                .map_err(|message| invalid(format!("the input `pattern`: {message}")))?;
            let skip = inputs.unmatched == Some(Unmatched::Skip);
            formats::pattern(text, &regex, skip, &mut rows)?;
        }
    }
    Ok(rows.into_value())
}

fn invalid(message: impl Into<String>) -> StepFailure {
    StepFailure::new(ErrorCode::InvalidInput, message)
}
