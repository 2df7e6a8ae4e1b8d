//! Looking for secrets: quickly in the bytes of a line, and exactly only when something may be there.

use std::{borrow::Cow, sync::LazyLock};

use regex::{RegexSet, bytes};
use serde_json::Value;

use super::rules::{RULES, Rule};
use crate::redact::escape_segment;

/// A secret, told by its shape and its place alone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SecretFinding {
    /// The rule that found it, such as `github-token`.
    pub rule: &'static str,
    /// Where it is. For a member whose very name is a secret, the object that it belongs to.
    pub pointer: String,
}

/// Returns the first secret in `value`, in the order of reading.
#[must_use]
pub fn find_secret(value: &Value) -> Option<SecretFinding> {
    find_in(value, &HiddenTexts::default())
}

/// Texts that redactions have hidden, which must not show up elsewhere.
#[derive(Debug, Default)]
pub(crate) struct HiddenTexts(Vec<String>);

/// Shorter texts are as likely a coincidence.
const SHORTEST_HIDDEN: usize = 8;

impl HiddenTexts {
    pub(crate) fn extend(&mut self, texts: Vec<String>) {
        for text in texts {
            if text.len() >= SHORTEST_HIDDEN && !self.0.contains(&text) {
                self.0.push(text);
            }
        }
    }

    fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|hidden| text.contains(hidden.as_str()))
    }

    /// Whether one of the texts, as JSON escapes it, may be in `line`.
    fn may_be_in(&self, line: &str) -> bool {
        self.0.iter().any(|hidden| {
            let escaped = Value::from(hidden.as_str()).to_string();
            line.contains(&escaped[1..escaped.len() - 1])
        })
    }
}

/// Fails when the event in `line` holds a secret or a hidden text.
pub(crate) fn check_line(line: &[u8], hidden: &HiddenTexts) -> Result<(), SecretFinding> {
    let may_be_hidden =
        !hidden.0.is_empty() && std::str::from_utf8(line).is_ok_and(|line| hidden.may_be_in(line));
    if !may_be_hidden && !TRACES.is_match(line) {
        return Ok(());
    }
    let event: Value = serde_json::from_slice(line).unwrap_or_default();
    find_in(&event, hidden).map_or(Ok(()), Err)
}

/// The traces of all shapes at once.
static TRACES: LazyLock<bytes::Regex> = LazyLock::new(|| {
    let traces: Vec<_> = RULES.iter().map(Rule::trace).collect();
    compiled(bytes::Regex::new(&format!("(?-u){}", traces.join("|"))))
});

/// Each shape by itself.
static SHAPES: LazyLock<RegexSet> =
    LazyLock::new(|| compiled(RegexSet::new(RULES.iter().map(|rule| rule.shape))));

fn compiled<T>(regex: Result<T, regex::Error>) -> T {
    #[expect(
        clippy::expect_used,
        reason = "the rules are constants, and a test compiles them"
    )]
    regex.expect("the rules are regular expressions")
}

fn find_in(value: &Value, hidden: &HiddenTexts) -> Option<SecretFinding> {
    let mut place = Vec::new();
    let rule = walk(value, None, hidden, &mut place)?;
    let pointer = place
        .iter()
        .map(|segment| format!("/{}", escape_segment(segment)));
    Some(SecretFinding {
        rule,
        pointer: pointer.collect(),
    })
}

/// Returns the rule that is met; `place` then holds the segments that lead there.
fn walk<'a>(
    value: &'a Value,
    name: Option<&str>,
    hidden: &HiddenTexts,
    place: &mut Vec<Cow<'a, str>>,
) -> Option<&'static str> {
    match value {
        Value::String(text) => {
            let as_assignment = || name.and_then(|name| match_rule(&format!("{name}={text}")));
            if hidden.are_in(text) {
                Some("redacted-value")
            } else {
                match_rule(text).or_else(as_assignment)
            }
        }
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            place.push(index.to_string().into());
            let rule = walk(item, None, hidden, place);
            rule.or_else(|| leave(place))
        }),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            if hidden.are_in(name) {
                return Some("redacted-value");
            }
            match_rule(name).or_else(|| {
                place.push(name.into());
                walk(value, Some(name), hidden, place).or_else(|| leave(place))
            })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn leave<T>(place: &mut Vec<Cow<'_, str>>) -> Option<T> {
    place.pop();
    None
}

fn match_rule(text: &str) -> Option<&'static str> {
    SHAPES.matches(text).iter().next().map(|index| RULES[index].name)
}
