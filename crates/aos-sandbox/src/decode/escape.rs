//! Escapes with a backslash, as most programming languages write them.

use memchr::memchr_iter;

use super::{Builder, Decoded, percent::hex};

/// Decodes one layer.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let bytes = text.as_bytes();
    let mut builder = Builder::new(text);
    let mut done = 0;
    for at in memchr_iter(b'\\', bytes) {
        if at < done {
            continue;
        }
        let Some((character, length)) = escape(&bytes[at..]) else {
            continue;
        };
        builder.replace(at, at + length, character.encode_utf8(&mut [0; 4]));
        done = at + length;
    }
    builder.finish()
}

fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let code =
        |digits: Option<&[u8]>, length| char::from_u32(hex(digits?)?).map(|character| (character, length));
    match bytes.get(1)? {
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b'"' => Some(('"', 2)),
        b'\'' => Some(('\'', 2)),
        b'x' => code(bytes.get(2..4), 4),
        b'u' if bytes.get(2) == Some(&b'{') => {
            let close = bytes.iter().take(10).position(|byte| *byte == b'}')?;
            code(bytes.get(3..close), close + 1)
        }
        b'u' => code(bytes.get(2..6), 6),
        b'0'..=b'3' => {
            let digits = bytes.get(1..4)?;
            let value = digits.iter().try_fold(0, |value, digit| {
                Some(value * 8 + char::from(*digit).to_digit(8)?)
            })?;
            char::from_u32(value).map(|character| (character, 4))
        }
        _ => None,
    }
}
