//! Recognizing canonical numbers, without parsing them where their spelling is enough.

use aos_spec::canonical;
use serde_json::{Number, Value};

/// Whether `number` is a number in its canonical form.
pub(super) fn is_canonical_number(number: &[u8]) -> bool {
    is_short_integer(number) || is_short_decimal(number) || is_written_the_same(number)
}

/// The definition.
fn is_written_the_same(number: &[u8]) -> bool {
    let mut canonical = Vec::with_capacity(32);
    serde_json::from_slice::<Number>(number)
        .is_ok_and(|parsed| canonical::write_value(&Value::Number(parsed), &mut canonical).is_ok())
        && canonical == number
}

/// Whether this is an integer that surely fits 64 bits: it has one spelling only.
fn is_short_integer(number: &[u8]) -> bool {
    match number.strip_prefix(b"-").unwrap_or(number) {
        [b'0'] => number.len() == 1,
        digits => is_whole_part(digits) && digits.len() <= 18,
    }
}

/// Whether this is a decimal of at most 15 digits: each of those is its own shortest spelling, unless it ends in a zero
/// or is so small that it has an exponent.
fn is_short_decimal(number: &[u8]) -> bool {
    let number = number.strip_prefix(b"-").unwrap_or(number);
    let Some(point) = number.iter().position(|byte| *byte == b'.') else {
        return false;
    };
    let (whole, decimals) = (&number[..point], &number[point + 1..]);
    number.len() <= 16
        && (is_whole_part(whole) || whole == b"0" && !decimals.starts_with(b"000000"))
        && decimals.iter().all(u8::is_ascii_digit)
        && decimals.last().is_some_and(|digit| *digit != b'0')
}

fn is_whole_part(digits: &[u8]) -> bool {
    matches!(digits, [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_canonical_number, is_written_the_same};

    #[track_caller]
    fn check(number: &str) {
        assert_eq!(
            is_canonical_number(number.as_bytes()),
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
