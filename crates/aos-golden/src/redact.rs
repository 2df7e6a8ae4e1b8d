//! Hiding declared values before they are written, hashed or signed.

use std::{fmt, str::FromStr};

use serde_json::Value;

/// Names values that goldens must not hold.
///
/// A JSON Pointer into the run as a whole:
///
/// - `/inputs/…`: parameters of the run;
/// - `/spec/…`: the specification; the golden can then be replayed only with the specification given beside it;
/// - `/steps/{step id}/output…`, `/error` and `/error_details…`: what steps end with;
/// - `/error` and `/error_details…`: what the run ends with. What is hidden of the step that ended the run is hidden here too.
///
/// A segment `*` stands for every step, member or item. A hidden value becomes `"[redacted:string]"`, or whatever its type is,
/// so that a change of type still shows.
///
/// ```
/// use aos_golden::Redaction;
///
/// let redaction: Redaction = "/steps/*/output/token".parse()?;
/// assert_eq!(redaction.to_string(), "/steps/*/output/token");
/// assert!("/steps/login".parse::<Redaction>().is_err());
/// # Ok::<(), aos_golden::RedactionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redaction {
    // INVARIANT: begins with one of the forms above.
    segments: Vec<String>,
}

/// The text does not name something that can be hidden.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be hidden: expected a pointer below `/inputs`, `/spec`, `/steps/{{step}}/output`, \
     `/steps/{{step}}/error`, `/steps/{{step}}/error_details`, `/error` or `/error_details`"
)]
pub struct RedactionError(
    /// The refused text.
    pub String,
);

impl FromStr for Redaction {
    type Err = RedactionError;

    fn from_str(text: &str) -> Result<Self, RedactionError> {
        let segments: Vec<String> = text
            .split('/')
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
            .collect();
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let is_valid = matches!(
            words[..],
            ["", "inputs" | "spec", _, ..]
                | ["", "steps", _, "output" | "error_details", ..]
                | ["", "steps", _, "error"]
                | ["", "error_details", ..]
                | ["", "error"]
        );
        if !is_valid {
            return Err(RedactionError(text.into()));
        }
        Ok(Self {
            segments: segments.into_iter().skip(1).collect(),
        })
    }
}

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments
            .iter()
            .try_for_each(|segment| write!(f, "/{}", escape_segment(segment)))
    }
}

/// Returns `segment` as it stands in a JSON Pointer.
pub(crate) fn escape_segment(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

const WILDCARD: &str = "*";

/// Hides what `redactions` name in `value`, which stands at `place`. Returns the texts that were hidden.
pub(crate) fn hide(redactions: &[Redaction], place: &[&str], value: &mut Value) -> Vec<String> {
    let mut hidden = Vec::new();
    for redaction in redactions {
        if let Some((above, below)) = redaction.segments.split_at_checked(place.len())
            && above
                .iter()
                .zip(place)
                .all(|(segment, name)| segment == WILDCARD || segment == name)
        {
            hide_below(below, value, &mut hidden);
        }
    }
    hidden
}

/// Whether one of `redactions` names something in `place`.
pub(crate) fn concerns(redactions: &[Redaction], place: &str) -> bool {
    redactions.iter().any(|redaction| redaction.segments[0] == place)
}

fn hide_below(segments: &[String], value: &mut Value, hidden: &mut Vec<String>) {
    let Some((segment, below)) = segments.split_first() else {
        return put_placeholder(value, hidden);
    };
    match value {
        Value::Object(members) if segment == WILDCARD => {
            members
                .values_mut()
                .for_each(|value| hide_below(below, value, hidden));
        }
        Value::Array(items) if segment == WILDCARD => {
            items
                .iter_mut()
                .for_each(|value| hide_below(below, value, hidden));
        }
        Value::Object(members) => {
            if let Some(value) = members.get_mut(segment) {
                hide_below(below, value, hidden);
            }
        }
        Value::Array(items) => {
            let index = segment.parse::<usize>().ok();
            if let Some(value) = index.and_then(|index| items.get_mut(index)) {
                hide_below(below, value, hidden);
            }
        }
        _ => {}
    }
}

fn put_placeholder(value: &mut Value, hidden: &mut Vec<String>) {
    let kind = match value {
        // A replay is served placeholders, and hiding them again must change nothing.
        Value::String(text) if is_placeholder(text) => return,
        Value::String(_) => "string",
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let value = std::mem::replace(value, Value::String(format!("[redacted:{kind}]")));
    collect_texts(value, hidden);
}

fn collect_texts(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.into_iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members
            .into_iter()
            .for_each(|(_, value)| collect_texts(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a text in `value` holds a placeholder, by itself or among other text.
pub(crate) fn holds_placeholder(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("[redacted:"),
        Value::Array(items) => items.iter().any(holds_placeholder),
        Value::Object(members) => members.values().any(holds_placeholder),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_placeholder(text: &str) -> bool {
    let kind = text
        .strip_prefix("[redacted:")
        .and_then(|rest| rest.strip_suffix(']'));
    matches!(
        kind,
        Some("string" | "null" | "boolean" | "number" | "array" | "object")
    )
}
