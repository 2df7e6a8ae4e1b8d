//! One text: all its readings, and in each of them the lexers that its place asks for.

use std::ops::Range;

use aos_spec::skill::InputKind;

use crate::{
    decode::{self, Encoding, Map},
    lex::{Hits, code, path, profile::Profile, shell, sql, template, url},
    limits::Limits,
    rules::{Category, Level, Rule},
    work,
};

/// Something that was found in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) rule: Rule,
    pub(crate) level: Level,
    /// Where it stands, in bytes of the text as it was given.
    pub(crate) span: Range<usize>,
    /// The encodings that were undone to see it, outermost first.
    pub(crate) chain: Vec<Encoding>,
}

/// Looks at `text`, which goes to a place of the kind `sink`.
pub(crate) fn scan(text: &str, sink: InputKind, limits: &Limits) -> Vec<Found> {
    let mut scanner = Scanner {
        sink,
        limits,
        bytes_left: text.len().saturating_mul(4).saturating_add(64 * 1024),
        found: Vec::new(),
        hits: Hits::default(),
        seen: Vec::new(),
    };
    let root = Frame {
        parent: None,
        encoding: None,
        map: Map::Shifted(0),
        depth: 0,
        is_setting: false,
    };
    if text.len() > limits.max_string_bytes {
        scanner.report(Rule::LimitString, 0..text.len(), &root);
        return scanner.found;
    }
    scanner.explore(text, &root);
    scanner.found
}

/// One reading on the way from the given text inwards.
struct Frame<'a> {
    parent: Option<&'a Frame<'a>>,
    encoding: Option<Encoding>,
    map: Map,
    depth: usize,
    /// Whether the text is one of the many strings of a document, where scripts and paths have their place.
    is_setting: bool,
}

impl Frame<'_> {
    fn original(&self, range: Range<usize>) -> Range<usize> {
        let range = self.map.range(range);
        self.parent.map_or(range.clone(), |parent| parent.original(range))
    }

    fn chain(&self) -> Vec<Encoding> {
        let mut chain = self.parent.map_or_else(Vec::new, Frame::chain);
        chain.extend(self.encoding);
        chain
    }

    fn has(&self, encodings: &[Encoding]) -> bool {
        self.encoding
            .is_some_and(|encoding| encodings.contains(&encoding))
            || self.parent.is_some_and(|parent| parent.has(encodings))
    }
}

struct Scanner<'l> {
    sink: InputKind,
    limits: &'l Limits,
    bytes_left: usize,
    found: Vec<Found>,
    hits: Hits,
    /// Decoded texts that were looked at already.
    seen: Vec<String>,
}

impl Scanner<'_> {
    fn explore(&mut self, text: &str, frame: &Frame<'_>) {
        work::add(text.len());
        let profile = Profile::of(text.as_bytes());
        let document = decode::is_document(text);
        if document {
            self.strings(text, frame);
        }
        self.lex(text, profile, frame, document);
        if document {
            return;
        }
        // The readings are collected first: the decoders borrow the text, and looking at one changes the scanner.
        let mut readings = Vec::new();
        decode::visit(text, profile, |encoding, decoded| {
            readings.push((encoding, decoded));
        });
        for (encoding, decoded) in readings {
            if self.seen.contains(&decoded.text) {
                continue;
            }
            let exceeded = frame.depth >= self.limits.max_decode_depth
                || self.seen.len() >= self.limits.max_decode_views
                || decoded.text.len() > self.bytes_left;
            if exceeded {
                self.report(Rule::LimitDecoding, 0..text.len(), frame);
                return;
            }
            self.bytes_left -= decoded.text.len();
            let child = Frame {
                parent: Some(frame),
                encoding: Some(encoding),
                map: decoded.map,
                depth: frame.depth + 1,
                is_setting: frame.is_setting,
            };
            self.seen.push(decoded.text.clone());
            self.explore(&decoded.text, &child);
        }
    }

    /// Looks at every string of a JSON document, keys included.
    fn strings(&mut self, text: &str, frame: &Frame<'_>) {
        if frame.depth >= self.limits.max_decode_depth {
            self.report(Rule::LimitDecoding, 0..text.len(), frame);
            return;
        }
        let is_setting = frame.is_setting || decode::is_large(text);
        decode::strings(text, |written, start| {
            let child = Frame {
                parent: Some(frame),
                encoding: Some(Encoding::Json),
                map: Map::Shifted(start),
                depth: frame.depth + 1,
                is_setting,
            };
            // Each string has its own allowance of readings; that of bytes is shared.
            let seen = std::mem::take(&mut self.seen);
            let unescaped = memchr::memchr(b'\\', written.as_bytes())
                .and_then(|_| serde_json::from_str::<String>(&format!("\"{written}\"")).ok());
            match unescaped {
                None => self.explore(written, &child),
                Some(text) => {
                    let inner = Frame {
                        map: Map::Pieces(vec![(0, u32::try_from(start).unwrap_or(u32::MAX))]),
                        ..child
                    };
                    self.explore(&text, &inner);
                }
            }
            self.seen = seen;
        });
    }

    fn lex(&mut self, text: &str, profile: Profile, frame: &Frame<'_>, document: bool) {
        let mut hits = std::mem::take(&mut self.hits);
        let bytes = text.as_bytes();
        let decoded = frame.has(&[
            Encoding::Percent,
            Encoding::Backslash,
            Encoding::Unicode,
            Encoding::Entity,
        ]);
        match self.sink {
            InputKind::Opaque | InputKind::Code | InputKind::Regex => {}
            InputKind::Sql => sql::scan(bytes, profile, sql::Place::Statement, &mut hits),
            InputKind::Shell => shell::scan(bytes, profile, shell::Place::CommandLine, &mut hits),
            InputKind::Template => template::scan(bytes, profile, template::Place::Template, &mut hits),
            sink => {
                let is_name = profile.is_name() && sink != InputKind::SqlParam;
                if !document && !is_name {
                    let place = if sink == InputKind::SqlParam {
                        sql::Place::Parameter
                    } else {
                        sql::Place::Value
                    };
                    sql::scan(bytes, profile, place, &mut hits);
                    let place = if frame.is_setting {
                        shell::Place::Setting
                    } else {
                        shell::Place::Argument
                    };
                    shell::scan(bytes, profile, place, &mut hits);
                }
                if !is_name {
                    template::scan(bytes, profile, template::Place::Data, &mut hits);
                    code::scan(bytes, profile, &mut hits);
                }
                let place = match sink {
                    InputKind::Path => path::Place::Path,
                    _ if frame.is_setting => path::Place::Setting,
                    _ => path::Place::Anything,
                };
                path::scan(bytes, profile, place, decoded, &mut hits);
                if sink == InputKind::Url && frame.depth == 0 {
                    url::scan(text, &mut hits);
                }
                if matches!(sink, InputKind::Header | InputKind::Email) {
                    code::header(bytes, &mut hits);
                }
                if frame.depth == 0 {
                    code::kind(text, sink, &mut hits);
                }
            }
        }
        for hit in hits.drain() {
            self.report(hit.rule, hit.start..hit.end, frame);
        }
        self.hits = hits;
    }

    fn report(&mut self, rule: Rule, range: Range<usize>, frame: &Frame<'_>) {
        if self.found.iter().any(|found| found.rule == rule) {
            return;
        }
        self.found.push(Found {
            rule,
            level: level(rule, self.sink),
            span: frame.original(range),
            chain: frame.chain(),
        });
    }
}

/// Whether a finding blocks the plan, given the place of the text.
fn level(rule: Rule, sink: InputKind) -> Level {
    let injection = !matches!(
        rule.category(),
        Category::Limit | Category::Kind | Category::Header
    );
    match (sink, rule) {
        // Text for people may speak of anything.
        (InputKind::FreeText, _) if injection => Level::Warning,
        (InputKind::TemplateData, Rule::TemplateVariable) => Level::Violation,
        _ => rule.level(),
    }
}
