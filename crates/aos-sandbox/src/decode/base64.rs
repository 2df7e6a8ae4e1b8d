//! Base64, in both alphabets, with or without padding, anywhere in a text.

use super::{Builder, Decoded};
use crate::lex::profile::{self, Profile};

/// Shortest run that is tried, with its padding; shorter ones decode to too little for an attack.
const MIN_LENGTH: usize = 12;
/// Most signs of padding.
const MAX_PADDING: usize = 2;

/// Returns the length of the shortest run that can be decoded, in a text that holds signs of padding or none.
const fn min_run(padded: bool) -> usize {
    if padded {
        MIN_LENGTH - MAX_PADDING
    } else {
        MIN_LENGTH
    }
}

/// Whether the text has a run that is long enough.
pub(super) const fn is_possible(profile: Profile) -> bool {
    profile.has_run(min_run(profile.any(profile::COMPARE)))
}

const NOT: u8 = 0xff;

static VALUES: [u8; 256] = {
    let mut values = [NOT; 256];
    let mut byte: u8 = 0;
    while byte < 26 {
        values[(b'A' + byte) as usize] = byte;
        values[(b'a' + byte) as usize] = byte + 26;
        if byte < 10 {
            values[(b'0' + byte) as usize] = byte + 52;
        }
        byte += 1;
    }
    values[b'+' as usize] = 62;
    values[b'-' as usize] = 62;
    values[b'/' as usize] = 63;
    values[b'_' as usize] = 63;
    values
};

/// Puts the decoded text in the place of every run that decodes to printable text.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let bytes = text.as_bytes();
    let mut builder = Builder::new(text);
    let mut at = 0;
    let probed = min_run(memchr::memchr(b'=', bytes).is_some()) - 1;
    // A run of this length covers one of the probed positions, so that most bytes are never looked at.
    while let Some(&byte) = bytes.get(at + probed) {
        let probe = at + probed;
        if VALUES[byte as usize] == NOT {
            at = probe + 1;
            continue;
        }
        let border = bytes[at..probe]
            .iter()
            .rposition(|byte| VALUES[*byte as usize] == NOT);
        if let Some(border) = border {
            at += border + 1;
            continue;
        }
        let start = at;
        let end = bytes[probe..]
            .iter()
            .position(|byte| VALUES[*byte as usize] == NOT)
            .map_or(bytes.len(), |length| probe + length);
        let padded = bytes[end..]
            .iter()
            .take(MAX_PADDING)
            .take_while(|byte| **byte == b'=')
            .count();
        if end - start + padded >= MIN_LENGTH
            && let Some(decoded) = run(&bytes[start..end])
        {
            builder.replace(start, end + padded, &decoded);
        }
        at = end + padded;
    }
    builder.finish()
}

/// Decodes one run; `None` unless the result is printable text.
fn run(run: &[u8]) -> Option<String> {
    if run.len() % 4 == 1
        || !is_printable(&group(run.get(..4)?)[..3])
        || !is_printable(&group(run.get(4..8)?)[..3])
    {
        return None;
    }
    // A word of one case is a word.
    if run.iter().all(u8::is_ascii_lowercase) || run.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut decoded = Vec::with_capacity(run.len() / 4 * 3 + 3);
    for chunk in run.chunks(4) {
        decoded.extend_from_slice(&group(chunk)[..chunk.len() - 1]);
    }
    let text = String::from_utf8(decoded).ok()?;
    let n_printable = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
        .count();
    (n_printable * 10 >= text.chars().count() * 9).then_some(text)
}

fn group(chunk: &[u8]) -> [u8; 3] {
    let value = |index: usize| {
        chunk
            .get(index)
            .map_or(0, |byte| u32::from(VALUES[*byte as usize]))
    };
    let bits = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
    let [_, a, b, c] = bits.to_be_bytes();
    [a, b, c]
}

fn is_printable(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| matches!(byte, 0x20..=0x7e | b'\n' | b'\t' | b'\r' | 0x80..))
}
