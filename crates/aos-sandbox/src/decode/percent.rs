//! Percent-encoding: `%27`, `%u0027`, forms of UTF-8 that are longer than needed, and `+` for a space.

use memchr::memchr_iter;

use super::{Builder, Decoded};

/// Decodes one layer.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let bytes = text.as_bytes();
    let mut builder = Builder::new(text);
    let mut done = 0;
    for at in memchr_iter(b'%', bytes) {
        if at < done {
            continue;
        }
        let Some((character, length)) = unicode(&bytes[at..]).or_else(|| sequence(&bytes[at..])) else {
            continue;
        };
        builder.replace(at, at + length, character.encode_utf8(&mut [0; 4]));
        done = at + length;
    }
    builder.finish()
}

/// Puts spaces for plus signs, where no other spaces are.
pub(super) fn decode_plus(text: &str) -> Option<Decoded> {
    if text.trim().contains(char::is_whitespace) {
        return None;
    }
    let mut builder = Builder::new(text);
    for at in memchr_iter(b'+', text.as_bytes()) {
        builder.replace(at, at + 1, " ");
    }
    builder.finish()
}

pub(super) fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| {
        Some(value * 16 + char::from(*digit).to_digit(16)?)
    })
}

fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let [b'%', b'u' | b'U', digits @ ..] = bytes else {
        return None;
    };
    let character = char::from_u32(hex(digits.get(..4)?)?)?;
    // What Windows maps to a slash or a dot when it narrows the character.
    let character = match character {
        '\u{2215}' | '\u{2044}' => '/',
        '\u{2216}' | '\u{f025}' | '\u{efc8}' => '\\',
        '\u{ff0e}' | '\u{2024}' => '.',
        other => other,
    };
    Some((character, 6))
}

fn byte(bytes: &[u8]) -> Option<u8> {
    let [b'%', digits @ ..] = bytes else { return None };
    u8::try_from(hex(digits.get(..2)?)?).ok()
}

/// A too long form whose second byte lost its mark, as in `%c0%2e`; broken decoders read on the bits that are there.
fn broken_overlong(first: u8, rest: Option<&[u8]>) -> Option<char> {
    let second = byte(rest?).filter(|second| second.is_ascii() && matches!(first, 0xc0 | 0xc1))?;
    let bits = char::from((first & 0x1f) << 6 | second & 0x3f);
    Some(match char::from(second) {
        plain @ ('.' | '/' | '\\') => plain,
        _ => bits,
    })
}

/// Decodes one character of up to four bytes. Too long forms count as what they spell, since broken decoders read them
/// so; single bytes that are no UTF-8 count as Latin-1.
fn sequence(bytes: &[u8]) -> Option<(char, usize)> {
    let first = byte(bytes)?;
    let (length, bits) = match first {
        0xc0..=0xdf => (2, u32::from(first & 0x1f)),
        0xe0..=0xef => (3, u32::from(first & 0x0f)),
        0xf0..=0xf7 => (4, u32::from(first & 0x07)),
        _ => return Some((char::from(first), 3)),
    };
    if let Some(character) = broken_overlong(first, bytes.get(3..)) {
        return Some((character, 6));
    }
    let whole = (1..length).try_fold(bits, |value, index| {
        let next = byte(bytes.get(index * 3..)?)?;
        (next & 0xc0 == 0x80).then_some(value << 6 | u32::from(next & 0x3f))
    });
    match whole.and_then(char::from_u32) {
        Some(character) => Some((character, length * 3)),
        None => Some((char::from(first), 3)),
    }
}
