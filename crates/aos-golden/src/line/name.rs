//! The order of the members of an object.

use std::cmp::Ordering;

use super::string::{TOPS, equals_in};

/// The name of a member.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) escaped: &'a [u8],
    /// The first eight bytes as one number, which orders as they do; zeros stand for what a shorter name does not have. `None`
    /// where bytes are not the code units that they stand for.
    prefix: Option<u64>,
}

impl<'a> Name<'a> {
    /// The name is the first `length` bytes of `text`.
    pub(super) fn new(text: &'a [u8], length: usize) -> Self {
        let first = text.first_chunk().map(|first| {
            let beyond = if length < 8 { u64::MAX >> (8 * length) } else { 0 };
            u64::from_be_bytes(*first) & !beyond
        });
        let is_ascii = |word: &u64| (word & TOPS) | equals_in(*word, b'\\') == 0;
        Self {
            escaped: &text[..length],
            prefix: first.filter(is_ascii),
        }
    }

    /// Whether this name comes before `other` in the order of UTF-16 code units.
    pub(super) fn is_before(self, other: Self) -> bool {
        match (self.prefix, other.prefix) {
            (Some(left), Some(right)) if left != right => left < right,
            _ => order(self.escaped, other.escaped) == Ordering::Less,
        }
    }
}

/// Compares two member names, still escaped, by the UTF-16 code units of what they stand for.
fn order(left: &[u8], right: &[u8]) -> Ordering {
    // Up to U+D7FF the bytes of UTF-8 are in the same order as code units.
    let is_plain = |name: &[u8]| name.iter().all(|byte| *byte < 0xEE && *byte != b'\\');
    if is_plain(left) && is_plain(right) {
        return left.cmp(right);
    }
    utf16(left).cmp(&utf16(right))
}

fn utf16(name: &[u8]) -> Vec<u16> {
    let quoted = [b"\"", name, b"\""].concat();
    let name: String = serde_json::from_slice(&quoted).unwrap_or_default();
    name.encode_utf16().collect()
}
