//! Places in a text.

use std::ops::Range;

use serde::Serialize;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Where the place begins, in bytes.
    pub start: usize,
    /// Where the place ends, in bytes.
    pub end: usize,
}

impl Location {
    /// Returns the place of the bytes from `start` to `end` in `text`; both are moved to character borders.
    #[must_use]
    pub fn in_text(text: &str, start: usize, end: usize) -> Self {
        Cursor::new(text).location(start..end)
    }
}

/// Counts lines and columns on its way through a text, so that many places in order cost one pass.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    // INVARIANT: a character border of `text`.
    offset: usize,
    line: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        // Editors do not count a byte order mark as a column.
        let offset = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
        Self {
            text,
            offset,
            line: 1,
            column: 1,
        }
    }

    /// Returns the place of `span`; a place before the one asked for last costs a new pass.
    pub(crate) fn location(&mut self, span: Range<usize>) -> Location {
        let start = self.text.floor_char_boundary(span.start);
        if start < self.offset {
            *self = Self::new(self.text);
        }
        let passed = self.text.get(self.offset..start).unwrap_or_default();
        match passed.rfind('\n') {
            Some(newline) => {
                self.line += passed.matches('\n').count();
                self.column = 1 + passed[newline + 1..].chars().count();
            }
            None => self.column += passed.chars().count(),
        }
        self.offset = self.offset.max(start);
        Location {
            line: self.line,
            column: self.column,
            start,
            end: self.text.ceil_char_boundary(span.end.max(start)),
        }
    }
}
