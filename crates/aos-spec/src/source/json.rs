//! JSON text with the place of every value.
//!
//! serde_json does the reading; asked for raw values, it hands out slices of the text, and a slice knows where it
//! stands. Each level of nesting is scanned once more for that, and levels are few.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};
use serde_json::{Value, value::RawValue};

use super::{
    pointer,
    scalar::{self, Refusal},
    tree::{Members, Node},
};
use crate::{ErrorCode, check::Problems, limits};

/// Reads the JSON text that starts at byte `start` of `text`; `None` when it is not JSON.
pub(super) fn read(text: &str, start: usize, problems: &mut Problems) -> Option<Node> {
    let mut reader = Reader {
        text,
        pointer: String::new(),
        problems,
    };
    let root: &RawValue = reader.parse(&text[start..])?;
    Some(reader.node(root.get(), 0))
}

struct Reader<'a, 'p> {
    text: &'a str,
    pointer: String,
    problems: &'p mut Problems,
}

impl<'a> Reader<'a, '_> {
    fn node(&mut self, raw: &'a str, depth: usize) -> Node {
        let span = self.span(raw);
        match raw.as_bytes().first() {
            Some(b'[' | b'{') if depth == limits::MAX_NESTING => {
                self.problems
                    .add_too_deep(&self.pointer)
                    .leaving_out(span.clone());
                Node::new(Value::Null, span)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = self.parse(raw).unwrap_or_default();
                let items = items.into_iter().enumerate();
                let items = items.map(|(index, item)| {
                    self.below(&index.to_string(), |reader| reader.node(item.get(), depth + 1))
                });
                Node::list(items.collect(), span)
            }
            Some(b'{') => {
                let RawMembers(raw_members) = self.parse(raw).unwrap_or_default();
                let mut members = Members::default();
                for (key, value) in raw_members {
                    self.member(&mut members, key.get(), value.get(), depth);
                }
                members.into_node(span)
            }
            Some(b'-' | b'0'..=b'9') => {
                let number = scalar::json_number(raw);
                let number = number.unwrap_or_else(|refusal| self.refuse(refusal, span.clone()));
                Node::new(number, span)
            }
            _ => Node::new(self.parse(raw).unwrap_or_default(), span),
        }
    }

    fn member(&mut self, members: &mut Members, raw_key: &'a str, value: &'a str, depth: usize) {
        let key = self.span(raw_key);
        let Some(name) = self.parse::<String>(raw_key) else {
            return;
        };
        self.below(&name.clone(), |reader| {
            let node = reader.node(value, depth + 1);
            if members.contains(&name) {
                reader.problems.add_duplicate(&reader.pointer, &name).at(key);
            } else {
                members.insert(name, key, node);
            }
        });
    }

    fn below<T>(&mut self, segment: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        pointer::push(&mut self.pointer, segment);
        let result = work(self);
        self.pointer.truncate(length);
        result
    }

    fn refuse(&mut self, refusal: Refusal, span: Range<usize>) -> Value {
        self.problems
            .add(refusal.code, &self.pointer, refusal.message)
            .help(refusal.help)
            .leaving_out(span);
        Value::Null
    }

    /// Reads all of `raw`, a part of the text.
    fn parse<T: Deserialize<'a>>(&mut self, raw: &'a str) -> Option<T> {
        serde_json::from_str(raw)
            .map_err(|error| {
                let error = explain(error, raw);
                let place = self.span(raw).start + offset_of(&error, raw);
                let message = error.to_string();
                let position = format!(" at line {} column {}", error.line(), error.column());
                let message = message.strip_suffix(&position).unwrap_or(&message);
                let message = format!("this is not JSON: {message}");
                self.problems
                    .add(ErrorCode::SyntaxError, &self.pointer, message)
                    .leaving_out(place..place + 1);
            })
            .ok()
    }

    /// Returns where `part`, a slice of the text, stands in it.
    fn span(&self, part: &str) -> Range<usize> {
        let start = part.as_ptr().addr() - self.text.as_ptr().addr();
        start..start + part.len()
    }
}

/// Returns the error that reading `raw` as a value gives, which is more exact than `error`, that of passing over it.
fn explain(error: serde_json::Error, raw: &str) -> serde_json::Error {
    match serde_json::from_str::<Value>(raw) {
        Err(exact) if !exact.to_string().starts_with("recursion limit") => exact,
        _ => error,
    }
}

/// Returns the byte of `raw` that `error` is about.
fn offset_of(error: &serde_json::Error, raw: &str) -> usize {
    let mut lines = raw.split_inclusive('\n');
    let before: usize = lines
        .by_ref()
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    before + error.column().saturating_sub(1)
}

/// The members of an object in the order of the text; names may stand twice.
#[derive(Default)]
struct RawMembers<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMembers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RawMembers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(RawMembers(members))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
