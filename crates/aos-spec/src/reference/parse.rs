//! Parsing of one reference.

use std::fmt;

use crate::{StepId, limits};

/// A parsed reference such as `${fetch.items[0].name}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The step whose output is meant; `None` for `inputs`, the parameters of the run.
    pub step: Option<StepId>,
    /// The way from the root value to the referred one.
    pub path: Vec<Segment>,
}

/// One part of the way into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A member of an object; a name of digits also selects an element of an array.
    Name(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// The reason why a text that starts with `${` is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed reference `{}`: {reason}", .text.escape_debug())]
pub struct MalformedReference {
    /// The text from `${` on, cut to 64 characters.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Reference {
    /// Parses the reference at the start of `text`, which begins with `${`, and returns the rest of the text behind it.
    pub(super) fn parse_prefix(text: &str) -> Result<(Self, &str), MalformedReference> {
        let malformed = |reason| MalformedReference {
            text: text.chars().take(64).collect(),
            reason,
        };
        let rest = text
            .strip_prefix("${")
            .ok_or_else(|| malformed("a reference starts with `${`"))?;
        let end = rest
            .find(|c: char| !is_name_char(c))
            .ok_or_else(|| malformed("the closing `}` is missing"))?;
        let (root, mut rest) = rest.split_at(end);
        let step = match root {
            "" => {
                return Err(malformed(
                    "a step id or `inputs` must follow `${`; write `$${` for a literal `${`",
                ));
            }
            "inputs" => None,
            root => Some(StepId::new(root).map_err(|_| malformed("this is not a step id"))?),
        };
        let mut path = Vec::new();
        loop {
            if path.len() > limits::MAX_REFERENCE_DEPTH {
                return Err(malformed("the path has too many parts"));
            }
            let (segment, after) = match rest.chars().next() {
                None => return Err(malformed("the closing `}` is missing")),
                Some('}') => return Ok((Self { step, path }, &rest[1..])),
                Some('.') => parse_name(&rest[1..]).map_err(malformed)?,
                Some('[') => parse_bracket(&rest[1..]).map_err(malformed)?,
                Some(_) => return Err(malformed("expected `.`, `[` or `}`")),
            };
            path.push(segment);
            rest = after;
        }
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn parse_name(text: &str) -> Result<(Segment, &str), &'static str> {
    let end = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    if end == 0 {
        return Err("a field name must follow `.`; write `[\"…\"]` for other names");
    }
    Ok((Segment::Name(text[..end].into()), &text[end..]))
}

fn parse_bracket(text: &str) -> Result<(Segment, &str), &'static str> {
    if text.starts_with('"') {
        let mut names = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let Some(Ok(name)) = names.next() else {
            return Err("the quoted name is not a JSON string");
        };
        let rest = text[names.byte_offset()..]
            .strip_prefix(']')
            .ok_or("`]` must follow the quoted name")?;
        return Ok((Segment::Name(name), rest));
    }
    let (digits, rest) = text.split_once(']').ok_or("`]` is missing")?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("an index is a number from 0, or a quoted name");
    }
    Ok((
        Segment::Index(digits.parse().map_err(|_| "the index is too large")?),
        rest,
    ))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}", self.step.as_ref().map_or("inputs", StepId::as_str))?;
        for segment in &self.path {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Name(name) if !name.is_empty() && name.chars().all(is_name_char) => {
                    write!(f, ".{name}")?;
                }
                Segment::Name(name) => write!(f, "[{}]", serde_json::Value::from(name.as_str()))?,
            }
        }
        f.write_str("}")
    }
}
