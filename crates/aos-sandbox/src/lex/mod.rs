//! Lexers, one for each place where a value can turn into a program.
//!
//! Each reads a text once, with bounded look-ahead and no backtracking, and reports structure: a value that leaves its
//! context *and* goes on in the language of its surroundings. Single words are never enough.

pub(crate) mod anchors;
pub(crate) mod code;
pub(crate) mod path;
pub(crate) mod profile;
pub(crate) mod shell;
pub(crate) mod sql;
pub(crate) mod template;
pub(crate) mod url;

use crate::rules::Rule;

/// Returns how many places of `text` one lexer looks at closely before it gives up and reports the text: one for every
/// 32 bytes, and a fair number in short texts. What is no attack has far fewer, and looking at each costs as much as
/// hundreds of bytes.
pub(crate) fn max_starts(text: &[u8]) -> usize {
    (text.len() / 32).max(1024)
}

/// What a lexer found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) rule: Rule,
    /// Where it begins, in bytes of the text that was read.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What the lexers found in one text; one hit for each rule, the first.
#[derive(Debug, Default)]
pub(crate) struct Hits(Vec<Hit>);

impl Hits {
    pub(crate) fn add(&mut self, rule: Rule, start: usize, end: usize) {
        if !self.has(rule) {
            self.0.push(Hit { rule, start, end });
        }
    }

    pub(crate) fn has(&self, rule: Rule) -> bool {
        self.0.iter().any(|hit| hit.rule == rule)
    }

    pub(crate) fn drain(&mut self) -> std::vec::Drain<'_, Hit> {
        self.0.drain(..)
    }
}
