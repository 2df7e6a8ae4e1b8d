//! Templates: delimiters of about twenty engines, and what stands between them.

mod expression;
mod names;

use std::sync::LazyLock;

use memchr::{
    memchr,
    memmem::{self, Finder},
};

use super::{
    Hits,
    profile::{self, Profile},
};
use crate::rules::Rule;
use expression::Meaning;

/// What the text is to the template engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Unknown, or data that is put into a template.
    Data,
    /// The template itself, in which plain expressions belong.
    Template,
}

static MODULE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"process.mainModule"));
static ROOT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" root.process"));
/// The operator of Spring's language for a class: `T(java.lang.Runtime)`.
static TYPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"T(java"));

/// Longest expression that is looked at.
const MAX_EXPRESSION: usize = 1024;

/// How much of an expression without an end is looked at.
const MAX_UNCLOSED: usize = 96;

/// How far before an expression its opening quote is looked for.
const MAX_LITERAL: usize = 256;

/// Most expressions inside one another that are looked at; the innermost ones always are.
const MAX_NESTED: usize = 32;

/// An opening delimiter, its closing one, and how much it means by itself.
struct Delimiter {
    open: &'static [u8],
    close: &'static [u8],
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Prints a value.
    Print,
    /// Holds a statement.
    Statement,
    /// Stands in so many other texts that only clear content counts.
    Weak,
}

/// Longer delimiters first.
const DELIMITERS: &[Delimiter] = &[
    Delimiter {
        open: b"{{",
        close: b"}}",
        kind: Kind::Print,
    },
    Delimiter {
        open: b"{%",
        close: b"%}",
        kind: Kind::Statement,
    },
    Delimiter {
        open: b"<%",
        close: b"%>",
        kind: Kind::Print,
    },
    Delimiter {
        open: b"<#",
        close: b">",
        kind: Kind::Statement,
    },
    Delimiter {
        open: b"[#",
        close: b"]",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"[=",
        close: b"]",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"${",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"$!{",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"#{",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"*{",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"~{",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"%{",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"@{",
        close: b"}",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"@(",
        close: b")",
        kind: Kind::Weak,
    },
    Delimiter {
        open: b"{",
        close: b"}",
        kind: Kind::Weak,
    },
];

/// Looks for template expressions that do more than print a variable.
pub(crate) fn scan(text: &[u8], profile: Profile, place: Place, hits: &mut Hits) {
    if profile.any(profile::DOT)
        && profile.any(profile::PAREN | profile::COMPARE)
        && (MODULE.find(text).is_some() || ROOT.find(text).is_some() || TYPE.find(text).is_some())
    {
        hits.add(Rule::TemplateGadget, 0, text.len());
    }
    if names::is_razor(text) {
        hits.add(Rule::TemplateGadget, 0, text.len());
    }
    let called = profile.any(profile::PAREN) && profile.any(profile::HASH | profile::AT);
    let tagged =
        profile.any(profile::COMPARE) && profile.any(profile::PERCENT | profile::HASH | profile::BRACKET);
    if !(profile.any(profile::BRACE | profile::DOLLAR) || called || tagged) {
        return;
    }
    let prose = LazyProse::new(text);
    let mut closes = [0; 3];
    let mut n_nested = 0;
    let mut at = 0;
    while let Some(length) = text[at..].iter().position(|byte| IS_MARK[*byte as usize]) {
        let open = at + length;
        at = open + 1;
        let Some(delimiter) = DELIMITERS
            .iter()
            .find(|delimiter| text[open..].starts_with(delimiter.open))
        else {
            if matches!(text[open], b'#' | b'$') {
                directive(text, open, place, &prose, hits);
            }
            continue;
        };
        let start = open + delimiter.open.len();
        let window = &text[start..text.len().min(start + MAX_EXPRESSION)];
        if delimiter.kind == Kind::Weak {
            let close = delimiter.close[0];
            let next = &mut closes[match close {
                b'}' => 0,
                b')' => 1,
                _ => 2,
            }];
            if *next < start {
                *next = memchr(close, &text[start..]).map_or(text.len(), |length| start + length);
            }
            let end = *next;
            if end == text.len() || end > start + window.len() {
                at = start;
                continue;
            }
            if memchr(b'{', &text[start..end]).is_some() {
                n_nested += 1;
                if n_nested > MAX_NESTED {
                    at = start;
                    continue;
                }
            }
        }
        let end = match memmem::find(window, delimiter.close) {
            Some(length) => start + length,
            None if delimiter.kind == Kind::Print => start + window.len().min(MAX_UNCLOSED),
            None => continue,
        };
        judge(text, open, start, end, delimiter.kind, place, &prose, hits);
        // A single brace is looked into, for the delimiters inside it; the others are passed at once.
        at = if delimiter.kind == Kind::Weak {
            start
        } else {
            end.max(start)
        };
    }
}

const IS_MARK: [bool; 256] = {
    let mut marks = [false; 256];
    let bytes = b"{<$#*~%@[";
    let mut at = 0;
    while at < bytes.len() {
        marks[bytes[at] as usize] = true;
        at += 1;
    }
    marks
};

#[expect(
    clippy::too_many_arguments,
    reason = "all of them describe the one expression"
)]
fn judge(
    text: &[u8],
    open: usize,
    start: usize,
    end: usize,
    kind: Kind,
    place: Place,
    prose: &LazyProse<'_>,
    hits: &mut Hits,
) {
    let inner = &text[start..end];
    if kind == Kind::Weak && text[open] == b'{' && !expression::is_single_brace(inner) {
        return;
    }
    // `[# 1.2.0]` is a link to a version.
    if text[open..].starts_with(b"[#") && !inner.first().is_some_and(u8::is_ascii_alphabetic) {
        return;
    }
    let runs = text[open] == b'<' && memchr(b'`', inner).is_some() && end < text.len();
    let meaning = if runs {
        Meaning::Gadget
    } else {
        expression::read(inner)
    };
    let end = end.min(text.len());
    if meaning == Meaning::Gadget {
        hits.add(Rule::TemplateGadget, open, end);
        return;
    }
    if place == Place::Template {
        return;
    }
    let in_prose = prose.get();
    let single_brace = text[open] == b'{' && kind == Kind::Weak;
    let rule = match (meaning, kind) {
        (Meaning::Statement, _) if single_brace && open == 0 && inner == b"php" => Some(Rule::TemplateCall),
        (Meaning::Internal, Kind::Weak) if !in_prose => {
            let alone = open == 0 && end + 1 >= text.len();
            (alone || matches!(inner.trim_ascii_start(), [b'.', ..] | [b'$', b'_', ..]))
                .then_some(Rule::TemplateObject)
        }
        _ if single_brace => {
            let begins = open == 0 || text[open - 1] == b'}';
            (meaning == Meaning::Probe && begins && end + 1 >= text.len()).then_some(Rule::TemplateProbe)
        }
        _ if text[open..].starts_with(b"<#--") && !in_prose => Some(Rule::TemplateCall),
        (Meaning::Probe, _) if !in_prose => Some(Rule::TemplateProbe),
        (Meaning::Call, Kind::Weak) if text[open..].starts_with(b"@{") && open == 0 => {
            memchr(b';', inner).map(|_| Rule::TemplateCall)
        }
        (Meaning::Call, Kind::Weak) if text[open] == b'@' || text[open] == b'[' => None,
        (Meaning::Call, Kind::Weak) if is_literal(text, open) => None,
        (Meaning::Call, _) if !in_prose => Some(Rule::TemplateCall),
        (Meaning::Object, Kind::Print | Kind::Statement) if !in_prose => Some(Rule::TemplateObject),
        (Meaning::Statement, Kind::Print | Kind::Statement) if !in_prose => Some(Rule::TemplateCall),
        (Meaning::Variable, Kind::Statement) if !in_prose && text[open] == b'{' => {
            let keyword = inner.iter().find(|byte| !matches!(byte, b' ' | b'-'));
            keyword
                .is_some_and(u8::is_ascii_alphabetic)
                .then_some(Rule::TemplateCall)
        }
        (Meaning::Nothing, _) | (_, Kind::Weak) => None,
        (Meaning::Variable, Kind::Print) if text[open] == b'<' && !in_prose => Some(Rule::TemplateObject),
        _ => Some(Rule::TemplateVariable),
    };
    if let Some(rule) = rule {
        hits.add(rule, open, end);
    }
}

/// Whether the expression at `open` stands between back quotes, as in the literals of JavaScript.
fn is_literal(text: &[u8], open: usize) -> bool {
    let head = &text[open.saturating_sub(MAX_LITERAL)..open];
    let head = memchr::memrchr(b'\n', head).map_or(head, |newline| &head[newline..]);
    memchr::memchr_iter(b'`', head).count() % 2 == 1 && memchr(b'`', &text[open..]).is_some()
}

/// Directives that need no closing delimiter: `#set($x = 1)` and `$x.call()` of Velocity.
fn directive(text: &[u8], at: usize, place: Place, prose: &LazyProse<'_>, hits: &mut Hits) {
    if place == Place::Template {
        return;
    }
    if text[at] == b'#' {
        const DIRECTIVES: &[&[u8]] = &[
            b"#set(",
            b"#set (",
            b"#foreach(",
            b"#foreach (",
            b"#if(",
            b"#evaluate(",
            b"#include(",
            b"#parse(",
            b"#define(",
            b"#macro(",
        ];
        let known = DIRECTIVES
            .iter()
            .any(|directive| text[at..].starts_with(directive));
        let variable = known && memchr(b'$', &text[at..text.len().min(at + 48)]).is_some();
        if variable && !prose.get() || known && text[at..].starts_with(b"#include(\"") && !prose.get() {
            hits.add(Rule::TemplateCall, at, text.len().min(at + 48));
        }
        return;
    }
    if at > 0 {
        return;
    }
    // `$name.call(…)` as the whole text.
    let name = text[1..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let rest = &text[1 + name..];
    if name == 0 || rest.first() != Some(&b'.') || text.trim_ascii_end().last() != Some(&b')') {
        return;
    }
    let member = rest[1..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'.'))
        .count();
    if member > 0 && rest.get(1 + member) == Some(&b'(') {
        hits.add(Rule::TemplateCall, at, text.len());
    }
}

/// Whether the text outside the delimiters reads like sentences; computed when it is first asked for.
struct LazyProse<'a> {
    text: &'a [u8],
    answer: std::cell::OnceCell<bool>,
}

impl<'a> LazyProse<'a> {
    const fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            answer: std::cell::OnceCell::new(),
        }
    }

    fn get(&self) -> bool {
        *self.answer.get_or_init(|| {
            let mut n_words = 0;
            let mut depth = 0_usize;
            for word in self.text[..self.text.len().min(4096)].split(u8::is_ascii_whitespace) {
                let opens = memmem::find_iter(word, b"{{").count()
                    + memmem::find_iter(word, b"{%").count()
                    + memmem::find_iter(word, b"<%").count()
                    + memmem::find_iter(word, b"${").count();
                let closes = memmem::find_iter(word, b"}}").count()
                    + memmem::find_iter(word, b"%}").count()
                    + memmem::find_iter(word, b"%>").count()
                    + usize::from(
                        opens > 0 && word.ends_with(b"}") && !word.ends_with(b"}}") && !word.ends_with(b"%}"),
                    );
                let outside = depth == 0 && opens == 0;
                depth = (depth + opens).saturating_sub(closes);
                let plain = word.len() > 1
                    && word.iter().filter(|byte| byte.is_ascii_alphabetic()).count() + 1 >= word.len();
                if outside && plain {
                    n_words += 1;
                    if n_words >= 4 {
                        return true;
                    }
                }
            }
            false
        })
    }
}
