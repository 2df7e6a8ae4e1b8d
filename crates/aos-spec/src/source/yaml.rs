//! YAML text with the place of every value.
//!
//! The parser gives events with places; what they mean is decided here, so that the data, and with it the hash of a
//! workflow, never depends on the version of a library.

use std::{borrow::Cow, ops::Range};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, Tag};
use serde_json::Value;

use super::{
    alias::{AliasError, Anchors},
    pointer,
    scalar::{self, Refusal},
    tree::{Members, Node},
};
use crate::{ErrorCode, check::Problems, limits};

/// Reads the YAML text that starts at byte `start` of `text`; `None` when it is not YAML.
pub(super) fn read(text: &str, start: usize, problems: &mut Problems) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
    };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(&text[start..], options),
        start,
        anchors: Anchors::new(),
        pointer: String::new(),
        problems,
    };
    reader.document().ok()
}

/// Reading cannot go on; the problem has been added.
struct Stop;

struct Reader<'a, 'p> {
    events: Parser<'a, StrInput<'a>>,
    start: usize,
    anchors: Anchors,
    pointer: String,
    problems: &'p mut Problems,
}

impl<'a> Reader<'a, '_> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.syntax_error(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn document(&mut self) -> Result<Node, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    let message = "a workflow file holds one document, and here a second one begins";
                    let span = self.bytes(&span);
                    self.problems.add(ErrorCode::SyntaxError, "", message).at(span);
                    break;
                }
                event if event.is_node() => root = Some(self.node(event, &span, 0)?),
                _ => {}
            }
        }
        Ok(root.unwrap_or_else(|| Node::new(Value::Null, self.start..self.start)))
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, Stop> {
        let anchor = event.anchor_id();
        let node = match event {
            Event::Scalar(text, style, _, tag) => self.scalar(text, style, tag.as_deref(), span),
            Event::SequenceStart(style, _, tag) => {
                self.check_tag(tag.as_deref(), "seq", span);
                self.list(style, span, depth)?
            }
            Event::MappingStart(style, _, tag) => {
                self.check_tag(tag.as_deref(), "map", span);
                self.object(style, span, depth)?
            }
            Event::Alias(id) => self.alias(id, span, depth),
            Event::UnresolvedAlias(name) => {
                let message = format!("there is no anchor `&{}` above this alias", name.escape_debug());
                let bytes = self.bytes(span);
                self.problems
                    .add(ErrorCode::SyntaxError, &self.pointer, message)
                    .leaving_out(bytes.clone());
                Node::new(Value::Null, bytes)
            }
            _ => Node::new(Value::Null, self.bytes(span)),
        };
        if let Some(id) = anchor {
            self.anchors.define(id, &node);
        }
        Ok(node)
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, tag: Option<&Tag>, span: &Span) -> Node {
        let bytes = self.bytes(span);
        let is_empty = bytes.is_empty();
        let value = match tag.map(|tag| (tag, tag.core_suffix())) {
            None if style == ScalarStyle::Plain => scalar::plain(&text),
            None => Ok(text.into()),
            Some((_, Some("str"))) if is_empty => Ok("".into()),
            Some((_, Some("str"))) => Ok(text.into()),
            Some((tag, kind)) => scalar::plain(&text).and_then(|value| {
                let fits = match kind {
                    Some("null") => value.is_null(),
                    Some("bool") => value.is_boolean(),
                    Some("int") => value.is_i64() || value.is_u64(),
                    Some("float") => value.is_number(),
                    _ => false,
                };
                if fits { Ok(value) } else { Err(refuse_tag(tag)) }
            }),
        };
        match value {
            Ok(value) => Node::new(value, bytes),
            Err(refusal) => {
                self.refuse(refusal, self.tag_or(span));
                Node::new(Value::Null, bytes)
            }
        }
    }

    fn list(&mut self, style: StructureStyle, span: &Span, depth: usize) -> Result<Node, Stop> {
        let mut bytes = self.bytes(span);
        if depth == limits::MAX_NESTING {
            return self.skip_too_deep(bytes);
        }
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                self.close(&mut bytes, style, &span);
                return Ok(Node::list(items, bytes));
            }
            let segment = items.len().to_string();
            let item = self.below(&segment, |reader| reader.node(event, &span, depth + 1))?;
            bytes.end = bytes.end.max(item.spans.span.end);
            items.push(item);
        }
    }

    fn object(&mut self, style: StructureStyle, span: &Span, depth: usize) -> Result<Node, Stop> {
        let mut bytes = self.bytes(span);
        if depth == limits::MAX_NESTING {
            return self.skip_too_deep(bytes);
        }
        let mut members = Members::default();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                self.close(&mut bytes, style, &span);
                return Ok(members.into_node(bytes));
            }
            let key = self.bytes(&span);
            let name = self.key(event, &span, depth)?;
            let (event, span) = self.next()?;
            let segment = name.as_deref().unwrap_or_default();
            let mut value = self.below(segment, |reader| reader.node(event, &span, depth + 1))?;
            if value.spans.span.is_empty() {
                // Of a value that is not written there is nothing to see but its key.
                value.spans.span = key.clone();
            }
            bytes.end = bytes.end.max(value.spans.span.end).max(key.end);
            match name {
                Some(name) if members.contains(&name) => {
                    let pointer = pointer::child(&self.pointer, &name);
                    self.problems.add_duplicate(&pointer, &name).at(key);
                }
                Some(name) => members.insert(name, key, value),
                None => {}
            }
        }
    }

    /// Returns the name that a key stands for; `None` when the key is refused.
    fn key(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Option<String>, Stop> {
        let bytes = self.bytes(span);
        let (message, help) = match &event {
            Event::Scalar(_, ScalarStyle::Plain, _, _) if bytes.is_empty() => {
                ("a key is missing", "write the key before the colon")
            }
            Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<" => (
                "merge keys are not supported",
                "write the members out, or put quotes around `<<`",
            ),
            // Whatever a plain word would mean as a value, as a key it is the text as written.
            Event::Scalar(text, _, anchor, tag)
                if tag.as_ref().is_none_or(|tag| tag.core_suffix() == Some("str")) =>
            {
                if *anchor != 0 {
                    let key = Node::new(text.as_ref().into(), bytes);
                    self.anchors.define(*anchor, &key);
                }
                return Ok(Some(text.to_string()));
            }
            _ => ("a key must be plain or quoted text", "put quotes around the key"),
        };
        self.problems
            .add(ErrorCode::SyntaxError, &self.pointer, message)
            .help(help)
            .leaving_out(bytes);
        self.node(event, span, depth)?;
        Ok(None)
    }

    fn alias(&mut self, id: usize, span: &Span, depth: usize) -> Node {
        let bytes = self.bytes(span);
        let error = match self.anchors.resolve(id, bytes.clone(), depth) {
            Ok(node) => return node,
            Err(error) => error,
        };
        let added = match error {
            AliasError::Recursive => {
                let message = "the anchored value contains this alias";
                self.problems.add(ErrorCode::SyntaxError, &self.pointer, message)
            }
            AliasError::TooLarge => {
                let limit = limits::MAX_SPEC_BYTES;
                let message = format!("anchors and aliases copy more than the {limit} bytes allowed");
                self.problems
                    .add(ErrorCode::LimitExceeded, &self.pointer, message)
            }
            AliasError::TooDeep => self.problems.add_too_deep(&self.pointer),
        };
        added.leaving_out(bytes.clone());
        Node::new(Value::Null, bytes)
    }

    fn check_tag(&mut self, tag: Option<&Tag>, expected: &str, span: &Span) {
        if let Some(tag) = tag
            && tag.core_suffix() != Some(expected)
        {
            self.refuse(refuse_tag(tag), self.tag_or(span));
        }
    }

    /// Passes over the array or object that has just begun.
    fn skip_too_deep(&mut self, bytes: Range<usize>) -> Result<Node, Stop> {
        let mut open = 1_usize;
        while open > 0 {
            match self.next()?.0 {
                Event::SequenceStart(..) | Event::MappingStart(..) => open += 1,
                Event::SequenceEnd | Event::MappingEnd => open -= 1,
                Event::StreamEnd => break,
                _ => {}
            }
        }
        self.problems
            .add_too_deep(&self.pointer)
            .leaving_out(bytes.clone());
        Ok(Node::new(Value::Null, bytes))
    }

    fn refuse(&mut self, refusal: Refusal, bytes: Range<usize>) {
        self.problems
            .add(refusal.code, &self.pointer, refusal.message)
            .help(refusal.help)
            .leaving_out(bytes);
    }

    fn syntax_error(&mut self, error: &ScanError) -> Stop {
        let at = self.start + error.marker().byte_offset().unwrap_or(0);
        let added = match error.kind() {
            ErrorKind::RecursionLimitExceeded => self.problems.add_too_deep(&self.pointer),
            kind => {
                let message = format!("this is not YAML: {kind}");
                self.problems.add(ErrorCode::SyntaxError, &self.pointer, message)
            }
        };
        added.at(at..at + 1);
        Stop
    }

    fn below<T>(&mut self, segment: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        pointer::push(&mut self.pointer, segment);
        let result = work(self);
        self.pointer.truncate(length);
        result
    }

    /// Returns the place of the tag of a node, or of the node when it has none.
    fn tag_or(&self, span: &Span) -> Range<usize> {
        self.bytes(&span.tag_span().unwrap_or(*span))
    }

    fn bytes(&self, span: &Span) -> Range<usize> {
        let bytes = span.byte_range().unwrap_or(0..0);
        self.start + bytes.start..self.start + bytes.end.max(bytes.start)
    }

    /// Lets a flow collection end at its bracket. A block collection ends with its last part, not where the next line
    /// shows that it is over.
    fn close(&self, bytes: &mut Range<usize>, style: StructureStyle, end: &Span) {
        if style == StructureStyle::Flow {
            bytes.end = bytes.end.max(self.bytes(end).end);
        }
    }
}

fn refuse_tag(tag: &Tag) -> Refusal {
    Refusal {
        code: ErrorCode::SyntaxError,
        message: format!("the tag `{}` does not fit here", tag.original().escape_debug()),
        help: "remove the tag; a workflow holds plain JSON data",
    }
}
