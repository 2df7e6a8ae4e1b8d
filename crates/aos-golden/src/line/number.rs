//! Recognizing canonical numbers, without parsing them where their spelling is enough.

use aos_spec::canonical;
use serde_json::{Number, Value};

/// Skips the canonical number that `text` begins with.
pub(super) fn skip_number(text: &[u8]) -> Option<&[u8]> {
    skip_short_number(text).or_else(|| {
        let (number, rest) = text.split_at(text.iter().take_while(|byte| is_part(**byte)).count());
        is_written_the_same(number).then_some(rest)
    })
}

/// The definition.
fn is_written_the_same(number: &[u8]) -> bool {
    let mut canonical = Vec::with_capacity(32);
    serde_json::from_slice::<Number>(number)
        .is_ok_and(|parsed| canonical::write_value(&Value::Number(parsed), &mut canonical).is_ok())
        && canonical == number
}

/// Skips an integer of at most 18 digits, which surely fits 64 bits and has one spelling only, or a decimal of at most 15: each
/// of those is its own shortest spelling, unless it ends in a zero or is so small that it has an exponent.
fn skip_short_number(text: &[u8]) -> Option<&[u8]> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = split_digits(unsigned);
    let is_negative = unsigned.len() < text.len();
    let starts_with_zero = *whole.first()? == b'0';
    let (is_short, rest) = match rest {
        [b'.', rest @ ..] => {
            let (decimals, rest) = split_digits(rest);
            let is_short = whole.len() + decimals.len() <= 15
                && decimals.last().is_some_and(|digit| *digit != b'0')
                && !(starts_with_zero && decimals.starts_with(b"000000"));
            (is_short, rest)
        }
        rest => (whole.len() <= 18 && !(starts_with_zero && is_negative), rest),
    };
    let is_whole = !rest.first().is_some_and(|byte| is_part(*byte));
    (is_short && is_whole && (whole.len() == 1 || !starts_with_zero)).then_some(rest)
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

const fn is_part(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_written_the_same, skip_number};

    #[track_caller]
    fn check(number: &str) {
        assert_eq!(
            skip_number(number.as_bytes()) == Some(b""),
            is_written_the_same(number.as_bytes()),
            "{number}"
        );
    }

    #[test]
    fn corner_cases_are_judged_like_the_definition() {
        for number in [
            "0",
            "-0",
            "-",
            "",
            ".",
            "-.",
            "0.",
            ".5",
            "0.5",
            "-0.5",
            "-0.0",
            "00.5",
            "1.50",
            "0.000001",
            "0.0000001",
            "0.0000010",
            "1.0",
            "999999999999999999",
            "1000000000000000000",
            "18446744073709551615",
            "12345678901234.5",
            "123456789012345.6",
            "1234567890123456.7",
            "0.1234567890123",
            "0.12345678901234",
            "0.30000000000000004",
            "1.5.5",
            "1.-5",
            "1e5",
            "1.5e5",
            "1.5e+300",
            "9007199254740992",
            "9007199254740993.0",
        ] {
            check(number);
        }
    }

    proptest! {
        #[test]
        fn random_spellings_are_judged_like_the_definition(number in r"-?[0-9]{0,19}(\.[0-9]{0,17})?([eE][+-]?[0-9]{1,3})?") {
            check(&number);
        }

        #[test]
        fn random_short_decimals_are_judged_like_the_definition(number in r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,14}") {
            check(&number);
        }

        #[test]
        fn random_doubles_are_judged_like_the_definition(number: f64) {
            check(&number.to_string());
            check(&format!("{number:e}"));
        }
    }
}
