//! Looking through canonical strings, eight bytes at a time.

use super::canonical::Rest;

/// Skips the rest of a string, after its first quote.
pub(super) fn skip_string(text: &[u8]) -> Rest<'_> {
    let mut rest = text;
    loop {
        rest = match skip_plain(rest) {
            [b'"', rest @ ..] => return Ok(rest),
            special => skip_escape(special).ok_or(special)?,
        };
    }
}

/// Skips an escape: only what must be escaped is, and in its shortest form.
fn skip_escape(text: &[u8]) -> Option<&[u8]> {
    match (text.strip_prefix(b"\\u00"), text) {
        (Some([b'0', b'0'..=b'7' | b'b' | b'e' | b'f', rest @ ..]), _)
        | (Some([b'1', b'0'..=b'9' | b'a'..=b'f', rest @ ..]), _)
        | (None, [b'\\', b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r', rest @ ..]) => Some(rest),
        _ => None,
    }
}

/// Skips what comes before the first byte that ends or interrupts a string.
fn skip_plain(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk() {
        let specials = specials_in(u64::from_le_bytes(*word));
        if specials != 0 {
            return &rest[specials.trailing_zeros() as usize / 8..];
        }
        rest = after;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    &rest[rest.iter().position(is_special).unwrap_or(rest.len())..]
}

/// In each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
pub(super) const TOPS: u64 = 0x8080_8080_8080_8080;

/// Returns a word whose lowest set bit is in the first byte of `word` that is a quote, a backslash or a control character.
///
/// Subtracting sets the top bit of bytes below what is subtracted; the borrow can only disturb bytes above such a one.
const fn specials_in(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    control | equals_in(word, b'"') | equals_in(word, b'\\')
}

/// Returns a word whose lowest set bit is in the first byte of `word` that is `byte`.
pub(super) const fn equals_in(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * byte as u64);
    difference.wrapping_sub(ONES) & !difference & TOPS
}
