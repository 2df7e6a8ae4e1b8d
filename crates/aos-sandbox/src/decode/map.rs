//! From positions in a decoded text to positions in the text it was made of.

use std::ops::Range;

/// Where the parts of a decoded text come from.
#[derive(Debug, Clone)]
pub(crate) enum Map {
    /// The text is a part of the other one, from this position on.
    Shifted(usize),
    /// Pairs of positions in the decoded and in the original text, ascending; between two of them both advance alike.
    Pieces(Vec<(u32, u32)>),
}

impl Map {
    fn position(&self, at: usize) -> usize {
        match self {
            Self::Shifted(by) => at + by,
            Self::Pieces(pieces) => {
                let index = pieces.partition_point(|(decoded, _)| *decoded as usize <= at);
                let Some(&(decoded, original)) = index.checked_sub(1).and_then(|index| pieces.get(index))
                else {
                    return at;
                };
                let position = original as usize + (at - decoded as usize);
                pieces
                    .get(index)
                    .map_or(position, |(_, next)| position.min(*next as usize))
            }
        }
    }

    /// Returns the range of the original text that a range of the decoded one was made of.
    pub(crate) fn range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.position(range.start);
        start..self.position(range.end).max(start)
    }
}

/// Builds a decoded text together with its map.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    source: &'a str,
    /// Where the part that is not copied yet begins.
    copied: usize,
    text: String,
    pieces: Vec<(u32, u32)>,
}

impl<'a> Builder<'a> {
    pub(crate) const fn new(source: &'a str) -> Self {
        Self {
            source,
            copied: 0,
            text: String::new(),
            pieces: Vec::new(),
        }
    }

    /// Copies the source up to `start`, and puts `replacement` for the bytes from there to `end`.
    pub(crate) fn replace(&mut self, start: usize, end: usize, replacement: &str) {
        if self.text.is_empty() && self.pieces.is_empty() {
            self.text.reserve(self.source.len());
        }
        self.text.push_str(&self.source[self.copied..start]);
        self.piece(start);
        self.text.push_str(replacement);
        self.copied = end;
        self.piece(end);
    }

    fn piece(&mut self, original: usize) {
        let clamp = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        self.pieces.push((clamp(self.text.len()), clamp(original)));
    }

    /// Returns the decoded text; `None` when nothing was replaced.
    pub(crate) fn finish(mut self) -> Option<super::Decoded> {
        if self.pieces.is_empty() {
            return None;
        }
        self.text.push_str(&self.source[self.copied..]);
        (self.text != self.source).then_some(super::Decoded {
            text: self.text,
            map: Map::Pieces(self.pieces),
        })
    }
}
