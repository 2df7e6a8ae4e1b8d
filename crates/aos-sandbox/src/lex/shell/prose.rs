//! What stands around a separator: prose, code spans and tables, where separators separate nothing.

use std::{cell::Cell, sync::LazyLock};

use memchr::{memchr, memchr_iter, memmem::Finder, memrchr};

use super::commands::{self, Command};
use crate::{
    lex::{
        max_starts,
        profile::{self, Profile},
    },
    work,
};

static FENCE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"```"));
static LINK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"]("));

/// What is known about the whole text.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    text: &'a [u8],
    has_backtick: bool,
    /// Where the first fence of a code block stands.
    fence: Option<usize>,
    /// The line that was asked for last, and whether it is a row of a table.
    table: Cell<(usize, usize, bool)>,
    /// How many more calls are looked at closely.
    n_calls_left: Cell<usize>,
    pub(super) n_lines: usize,
    /// Whether the text is one of many settings.
    pub(super) is_setting: bool,
    /// Whether the text reads like sentences: several words that hold nothing but letters, in a row.
    pub(super) is_prose: bool,
    /// Whether the first word is the name of a program, and a technical one.
    pub(super) starts_with_command: bool,
    /// Whether the text has the marks of Markdown.
    pub(super) is_markdown: bool,
}

/// What stands before a separator, back to the one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Words, up to three.
    pub(super) n_words: usize,
    /// Whether the separator follows without a space.
    pub(super) glued: bool,
    /// Whether a closing quote or bracket stands right before the separator.
    pub(super) is_quoted: bool,
    /// Whether what stands there looks like a command line itself.
    pub(super) is_shell: bool,
}

/// Most bytes before a separator that are looked at.
const MAX_HEAD: usize = 96;

impl<'a> Surroundings<'a> {
    pub(super) fn new(text: &'a [u8], profile: Profile, is_setting: bool) -> Self {
        let n_lines = if profile.any(profile::NEWLINE) {
            memchr_iter(b'\n', text.trim_ascii()).count() + 1
        } else {
            1
        };
        let has_backtick = profile.any(profile::BACKTICK);
        let fence = if has_backtick { FENCE.find(text) } else { None };
        let is_markdown =
            n_lines > 3 || fence.is_some() || profile.any(profile::BRACKET) && LINK.find(text).is_some();
        let first = text.trim_ascii_start();
        let first = &first[..first
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(first.len())];
        let starts_with_command = commands::find(first) == Some(Command::Technical);
        Self {
            text,
            has_backtick,
            starts_with_command,
            fence,
            table: Cell::new((0, 0, false)),
            n_calls_left: Cell::new(max_starts(text)),
            n_lines,
            is_setting,
            is_prose: is_prose(text),
            is_markdown,
        }
    }

    /// Counts a call; whether there are so many that they need no closer look.
    pub(super) fn are_too_many(&self) -> bool {
        let n_left = self.n_calls_left.get();
        self.n_calls_left.set(n_left.saturating_sub(1));
        n_left == 0
    }

    pub(super) fn head(&self, mark: usize) -> Head {
        let from = mark.saturating_sub(MAX_HEAD);
        let window = &self.text[from..mark];
        let start = window
            .iter()
            .rposition(|byte| matches!(byte, b';' | b'|' | b'\n'))
            .map_or(0, |at| at + 1);
        let head = &window[start..];
        work::add(head.len());
        let n_words = head
            .split(u8::is_ascii_whitespace)
            .filter(|word| word.iter().any(u8::is_ascii_alphanumeric))
            .take(3)
            .count();
        let last = head.last().copied();
        Head {
            n_words,
            glued: last.is_some_and(|byte| !byte.is_ascii_whitespace()),
            is_quoted: head
                .trim_ascii_end()
                .last()
                .is_some_and(|byte| matches!(byte, b'\'' | b'"' | b')' | b'*' | b'`')),
            is_shell: head
                .iter()
                .filter(|byte| matches!(byte, b'/' | b'-' | b'$' | b'=' | b'*'))
                .count()
                * 6
                > head.len(),
        }
    }

    /// Whether at most one word stands before `mark` in the whole text.
    pub(super) fn begins_near(&self, mark: usize) -> bool {
        mark <= MAX_HEAD
            && self.text[..mark]
                .split(u8::is_ascii_whitespace)
                .filter(|word| word.iter().any(u8::is_ascii_alphanumeric))
                .nth(1)
                .is_none()
    }

    /// Whether `at` stands inside a code span of Markdown.
    pub(super) fn is_code(&self, at: usize) -> bool {
        if !self.has_backtick {
            return false;
        }
        let from = at.saturating_sub(MAX_HEAD);
        let line = memrchr(b'\n', &self.text[from..at]).map_or(from, |newline| from + newline + 1);
        let opened = memchr_iter(b'`', &self.text[line..at]).count() % 2 == 1;
        let to = self.text.len().min(at + MAX_HEAD);
        let inside = opened && memchr(b'`', &self.text[at..to]).is_some() && line < at && self.is_prose;
        inside || self.is_markdown && self.fence.is_some_and(|fence| fence < at)
    }

    /// Whether the line at `at` is a row of a table.
    pub(super) fn is_table(&self, at: usize) -> bool {
        let (start, end, known) = self.table.get();
        if (start..end).contains(&at) {
            return known;
        }
        let start = memrchr(b'\n', &self.text[..at]).map_or(0, |newline| newline + 1);
        let end = memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |newline| at + newline);
        let line = &self.text[start..end];
        let single = memchr_iter(b'|', line)
            .filter(|pipe| line.get(pipe + 1) != Some(&b'|') && (*pipe == 0 || line[pipe - 1] != b'|'))
            .take(3)
            .count();
        self.table.set((start, end, single == 3));
        single == 3
    }

    /// Counts the words outside `start..end`, up to three.
    pub(super) fn words_outside(&self, start: usize, end: usize) -> usize {
        let count = |text: &[u8]| {
            text.split(u8::is_ascii_whitespace)
                .filter(|word| word.iter().any(u8::is_ascii_alphanumeric))
                .take(3)
                .count()
        };
        let end = end.min(self.text.len());
        count(&self.text[start.saturating_sub(MAX_HEAD)..start])
            + count(&self.text[end..self.text.len().min(end + MAX_HEAD)])
    }
}

/// Whether the text holds three plain words in a row, or four of them anywhere.
fn is_prose(text: &[u8]) -> bool {
    let mut n_plain = 0;
    let mut n_all = 0;
    for word in text[..text.len().min(2048)].split(u8::is_ascii_whitespace) {
        let word = word
            .strip_suffix(b",")
            .or_else(|| word.strip_suffix(b"."))
            .unwrap_or(word);
        if word.is_empty() {
            continue;
        }
        let plain = word
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte == b'\'' || *byte >= 0x80);
        let plain = plain && word.len() > 2;
        n_plain = if plain { n_plain + 1 } else { 0 };
        n_all += usize::from(plain);
        if n_plain == 3 || n_all == 4 {
            return true;
        }
    }
    false
}
