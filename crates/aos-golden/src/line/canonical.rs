//! Recognizing canonical JSON without building values.
//!
//! The definition of canonical is `canonical::to_vec(parse(text)) == text`. This recognizer accepts exactly the same texts, as a
//! test shows with random ones, and is several times as fast, because most of a golden is strings that it only looks through.

use std::cmp::Ordering;

use aos_spec::limits::MAX_NESTING;
use serde_json::Value;

use super::number::is_canonical_number;
use crate::error::Damage;

/// A member of an object: its name, still escaped, and the text of its value.
pub(crate) type Member<'a> = (&'a [u8], &'a [u8]);

/// Recorders check each value of an event by itself, so that the event around them may add one level of nesting.
const LEVELS: usize = MAX_NESTING + 2;

/// Checks that `text`, which is line number `line`, is canonical JSON, and returns the members of the object that it is.
pub(crate) fn check_canonical(text: &[u8], line: usize) -> Result<Vec<Member<'_>>, Damage> {
    let offset = match std::str::from_utf8(text) {
        Ok(_) => {
            let mut scanner = Scanner {
                text,
                position: 0,
                members: Vec::with_capacity(16),
            };
            match scanner.value(LEVELS) {
                Some(()) if scanner.position == text.len() => return Ok(scanner.members),
                _ => scanner.position,
            }
        }
        Err(error) => error.valid_up_to(),
    };
    match serde_json::from_slice::<Value>(text) {
        Ok(_) => Err(Damage::NotCanonical {
            line,
            column: offset + 1,
        }),
        Err(error) => Err(Damage::NotJson {
            line,
            reason: error.to_string(),
        }),
    }
}

/// Walks over the text. Every method answers `None` at the first byte that is not canonical, which `position` is then at or
/// just before.
struct Scanner<'a> {
    // INVARIANT: valid UTF-8.
    text: &'a [u8],
    position: usize,
    /// The members of the outermost object so far.
    members: Vec<Member<'a>>,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn expect(&mut self, literal: &[u8]) -> Option<()> {
        self.text[self.position..]
            .starts_with(literal)
            .then(|| self.position += literal.len())
    }

    /// `levels` arrays and objects may be nested from here on, less one.
    fn value(&mut self, levels: usize) -> Option<()> {
        let levels = levels.checked_sub(1)?;
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => self.object(levels),
            b'[' => self.array(levels),
            b't' => self.expect(b"true"),
            b'f' => self.expect(b"false"),
            b'n' => self.expect(b"null"),
            _ => self.number(),
        }
    }

    fn array(&mut self, levels: usize) -> Option<()> {
        self.position += 1;
        if self.expect(b"]").is_some() {
            return Some(());
        }
        loop {
            self.value(levels)?;
            if self.expect(b",").is_none() {
                return self.expect(b"]");
            }
        }
    }

    fn object(&mut self, levels: usize) -> Option<()> {
        self.position += 1;
        if self.expect(b"}").is_some() {
            return Some(());
        }
        let mut previous: Option<&[u8]> = None;
        loop {
            let start = self.position;
            let name = self.string()?;
            if previous.is_some_and(|previous| order(previous, name) != Ordering::Less) {
                self.position = start;
                return None;
            }
            previous = Some(name);
            self.expect(b":")?;
            let start = self.position;
            self.value(levels)?;
            if levels == LEVELS - 1 {
                self.members.push((name, &self.text[start..self.position]));
            }
            if self.expect(b",").is_none() {
                return self.expect(b"}");
            }
        }
    }

    /// Returns the string between its quotes, still escaped.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b"\"")?;
        let start = self.position;
        loop {
            self.position += plain_length(&self.text[self.position..])?;
            match self.peek()? {
                b'"' => {
                    self.position += 1;
                    return Some(&self.text[start..self.position - 1]);
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// Only what must be escaped is, and in its shortest form.
    fn escape(&mut self) -> Option<()> {
        let rest = &self.text[self.position + 1..];
        let length = match rest.first()? {
            b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => 2,
            b'u' => match rest.get(1..5)? {
                [b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f'] => 6,
                [b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f'] => 6,
                _ => return None,
            },
            _ => return None,
        };
        self.position += length;
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.text[self.position..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let number = &rest[..rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())];
        is_canonical_number(number).then(|| self.position += number.len())
    }
}

/// Returns how many bytes of `text` come before the first one that ends or interrupts a string.
fn plain_length(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let specials = specials_in(u64::from_le_bytes(*word));
        if specials != 0 {
            return Some(8 * index + specials.trailing_zeros() as usize / 8);
        }
    }
    let position = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
    Some(text.len() - rest.len() + position)
}

/// Returns a word whose lowest set bit is in the first byte of `word` that is a quote, a backslash or a control character.
///
/// Subtracting sets the top bit of bytes below what is subtracted; the borrow can only disturb bytes above such a one.
const fn specials_in(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let quotes = word ^ (ONES * b'"' as u64);
    let backslashes = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quotes = quotes.wrapping_sub(ONES) & !quotes;
    let backslashes = backslashes.wrapping_sub(ONES) & !backslashes;
    (control | quotes | backslashes) & TOPS
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

#[cfg(test)]
mod tests {
    use aos_spec::canonical;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::check_canonical;

    /// The definition, slow and obvious.
    fn is_canonical(text: &[u8]) -> bool {
        serde_json::from_slice::<Value>(text)
            .is_ok_and(|value| canonical::to_vec(&value).is_ok_and(|canonical| canonical == text))
    }

    #[track_caller]
    fn check(text: &str) {
        assert_eq!(
            check_canonical(text.as_bytes(), 1).is_ok(),
            is_canonical(text.as_bytes()),
            "{text}"
        );
    }

    #[test]
    fn corner_cases_are_judged_like_the_definition() {
        for text in [
            "",
            "null",
            "nul",
            "nulll",
            "true",
            "false",
            "[]",
            "[ ]",
            "[1,2]",
            "[1,]",
            "{}",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{\"a\":1,\"a\":1}",
            "{\"b\":1,\"a\":1}",
            "{\"a\" :1}",
            "0",
            "-0",
            "-1",
            "01",
            "1.0",
            "1.5",
            "1e2",
            "1E21",
            "1e21",
            "1e+21",
            "1e-7",
            "1e-07",
            "0.00001",
            "123456789012345678",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "9.223372036854776e+18",
            "9223372036854775808.0",
            "1e400",
            "1-2",
            "\"\\u0000\"",
            "\"\\u0008\"",
            "\"\\b\"",
            "\"\\u000A\"",
            "\"\\u001f\"",
            "\"\\u001F\"",
            "\"\\u0020\"",
            "\"\\/\"",
            "\"\\u007f\"",
            "\"\u{7f}\"",
            "\"\\ud83d\\ude00\"",
            "\"\u{1f600}\"",
            "\"a\nb\"",
            "\"a",
            "\"\\",
            "\"\\u00",
            "'a'",
            "{\"\u{e000}\":1,\"\u{1f600}\":2}",
            "{\"\u{1f600}\":2,\"\u{e000}\":1}",
            "{\"\\n\":1,\" \":2}",
            "{\" \":2,\"\\n\":1}",
            "{\"\\\"\":1,\"#\":2}",
            "{\"\":1}",
            "{1:2}",
            "[1]x",
            "\u{feff}1",
            " 1",
            "1 ",
            "{\"a\":[{\"b\":{}},[]]}",
        ] {
            check(text);
        }
        assert!(check_canonical(b"\"\xff\"", 1).is_err());
    }

    #[test]
    fn an_event_may_hold_whatever_value_is_canonical_by_itself() {
        for levels in 1..aos_spec::limits::MAX_NESTING + 4 {
            let value = format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
            let event = format!("{{\"output\":{value}}}");
            assert_eq!(
                check_canonical(event.as_bytes(), 1).is_ok(),
                is_canonical(value.as_bytes()),
                "{levels}"
            );
        }
    }

    proptest! {
        /// Text that is nearly canonical, from the characters that matter.
        #[test]
        fn random_texts_are_judged_like_the_definition(
            text in r#"[\[\]{}",:\\01289.eE+\-abnrtu\x00 \u{7f}é\u{e000}\u{1f600}]{0,12}"#
        ) {
            prop_assert_eq!(check_canonical(text.as_bytes(), 1).is_ok(), is_canonical(text.as_bytes()));
        }

        #[test]
        fn random_member_names_are_judged_like_the_definition(
            left in r#"[\\"\x00-\x22z\u{d7ff}\u{e000}\u{ffff}\u{1f600}]{0,3}"#,
            right in r#"[\\"\x00-\x22z\u{d7ff}\u{e000}\u{ffff}\u{1f600}]{0,3}"#,
        ) {
            let quote = |text: &str| serde_json::to_string(text).unwrap_or_default();
            let text = format!("{{{}:1,{}:2}}", quote(&left), quote(&right));
            prop_assert_eq!(check_canonical(text.as_bytes(), 1).is_ok(), is_canonical(text.as_bytes()));
        }

        #[test]
        fn canonical_values_are_accepted_and_one_changed_byte_is_judged_like_the_definition(
            numbers in prop::collection::vec(any::<f64>(), 0..4),
            texts in prop::collection::btree_map(any::<String>(), any::<i64>(), 0..4),
            position: prop::sample::Index,
            byte: u8,
        ) {
            let value = serde_json::json!({ "n": numbers, "t": texts });
            let mut text = canonical::to_vec(&value).unwrap_or_default();
            prop_assert!(check_canonical(&text, 1).is_ok());
            let position = position.index(text.len());
            text[position] = byte;
            prop_assert_eq!(check_canonical(&text, 1).is_ok(), is_canonical(&text));
        }
    }
}
