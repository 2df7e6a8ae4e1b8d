//! Recognizing canonical JSON without building values.
//!
//! The definition of canonical is `canonical::to_vec(parse(text)) == text`. This recognizer accepts exactly the same texts, as a
//! test shows with random ones, and is many times as fast: it looks at each byte about once and keeps nothing.

use aos_spec::limits::MAX_NESTING;
use serde_json::Value;

use super::{name::Name, number::skip_number, string::skip_string};
use crate::error::Damage;

/// A member of an object: its name, still escaped, and the text of its value.
pub(crate) type Member<'a> = (&'a [u8], &'a [u8]);

/// Recorders check each value of an event by itself, so that the event around them may add one level of nesting.
const LEVELS: usize = MAX_NESTING + 1;

/// What follows the canonical text that was recognized, or, as an error, what begins at or just before the first byte that is not
/// canonical.
pub(super) type Rest<'a> = Result<&'a [u8], &'a [u8]>;

/// Checks that `text`, which is line number `line`, is canonical JSON, and returns the members of the object that it is.
pub(crate) fn check_canonical(text: &[u8], line: usize) -> Result<Vec<Member<'_>>, Damage> {
    let offset = match std::str::from_utf8(text) {
        Ok(_) => {
            let mut members = Vec::with_capacity(16);
            let rest = match text {
                [b'{', rest @ ..] => object(rest, LEVELS - 1, |member| members.push(member)),
                _ => value(text, LEVELS),
            };
            match rest {
                Ok([]) => return Ok(members),
                Ok(rest) | Err(rest) => text.len() - rest.len(),
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

/// Skips the value that `text`, which is valid UTF-8, begins with; in it, `levels` arrays and objects may be nested.
fn value(text: &[u8], levels: usize) -> Rest<'_> {
    let inner = || levels.checked_sub(1).ok_or(text);
    match text {
        [b'"', rest @ ..] => skip_string(rest),
        [b'{', rest @ ..] => object(rest, inner()?, |_| {}),
        [b'[', rest @ ..] => array(rest, inner()?),
        [b't', b'r', b'u', b'e', rest @ ..]
        | [b'f', b'a', b'l', b's', b'e', rest @ ..]
        | [b'n', b'u', b'l', b'l', rest @ ..] => Ok(rest),
        _ => skip_number(text).ok_or(text),
    }
}

/// Skips the rest of an array, after its bracket.
fn array(text: &[u8], levels: usize) -> Rest<'_> {
    if let [b']', rest @ ..] = text {
        return Ok(rest);
    }
    let mut rest = text;
    loop {
        rest = match value(rest, levels)? {
            [b',', rest @ ..] => rest,
            [b']', rest @ ..] => return Ok(rest),
            rest => return Err(rest),
        };
    }
}

/// Skips the rest of an object, after its brace.
fn object<'a>(text: &'a [u8], levels: usize, mut visit: impl FnMut(Member<'a>)) -> Rest<'a> {
    if let [b'}', rest @ ..] = text {
        return Ok(rest);
    }
    let mut rest = text;
    let mut previous = None;
    loop {
        let [b'"', quoted @ ..] = rest else {
            return Err(rest);
        };
        let after_name = skip_string(quoted)?;
        let name = Name::new(quoted, quoted.len() - after_name.len() - 1);
        if previous.is_some_and(|previous: Name<'_>| !previous.is_before(name)) {
            return Err(rest);
        }
        previous = Some(name);
        let [b':', text @ ..] = after_name else {
            return Err(after_name);
        };
        let after_value = value(text, levels)?;
        visit((name.escaped, &text[..text.len() - after_value.len()]));
        rest = match after_value {
            [b',', rest @ ..] => rest,
            [b'}', rest @ ..] => return Ok(rest),
            rest => return Err(rest),
        };
    }
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
            for innermost in ["", "0", "{}"] {
                let value = format!("{}{innermost}{}", "[".repeat(levels), "]".repeat(levels));
                let event = format!("{{\"output\":{value}}}");
                assert_eq!(
                    check_canonical(event.as_bytes(), 1).is_ok(),
                    is_canonical(value.as_bytes()),
                    "{levels}, {innermost}"
                );
            }
        }
    }

    /// Many more cases when `AOS_TEST_LONG` is set while this is compiled.
    fn config() -> ProptestConfig {
        let mut config = ProptestConfig::default();
        if option_env!("AOS_TEST_LONG").is_some() {
            config.cases *= 100;
        }
        config
    }

    /// Text with what is escaped, what is more than one code unit, and what is around them.
    const TEXT: &str = r#"[\\"\x00-\x22/0a-f\x7eé\u{d7ff}\u{e000}\u{ffff}\u{1f600}]{0,11}"#;

    fn values() -> impl Strategy<Value = Value> {
        let scalars = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-99_999_i32..99_999, 0..9).prop_map(|(n, scale)| (f64::from(n) / 10_f64.powi(scale)).into()),
            TEXT.prop_map(Value::from),
        ];
        scalars.prop_recursive(4, 24, 6, |value| {
            prop_oneof![
                prop::collection::vec(value.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(TEXT, value, 0..6).prop_map(Value::from_iter),
            ]
        })
    }

    /// What is done to a text: a part of it is taken out, and another part or a byte that means something put in there.
    type Change = (
        prop::sample::Index,
        usize,
        Option<(prop::sample::Index, usize)>,
        &'static str,
    );

    fn changes() -> impl Strategy<Value = Change> {
        let bytes = vec![
            "", "", "0", "1", "-", ".", "e", "+", "\"", "\\", "u", "n", ",", ":", "[", "]", "{", "}", " ",
            "\0",
        ];
        let part = prop::option::of((any::<prop::sample::Index>(), 0..12_usize));
        (
            any::<prop::sample::Index>(),
            0..4_usize,
            part,
            prop::sample::select(bytes),
        )
    }

    fn changed(text: &[u8], (place, length, part, byte): &Change) -> Vec<u8> {
        let start = place.index(text.len() + 1);
        let end = (start + length).min(text.len());
        let part = part.map_or(&text[..0], |(place, length)| {
            let start = place.index(text.len() + 1);
            &text[start..(start + length).min(text.len())]
        });
        [&text[..start], byte.as_bytes(), part, &text[end..]].concat()
    }

    proptest! {
        #![proptest_config(config())]

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
        fn canonical_lines_are_accepted_and_changed_ones_are_judged_like_the_definition(
            value in values(),
            changes in prop::collection::vec(changes(), 1..24),
        ) {
            let text = canonical::to_vec(&value).unwrap_or_default();
            prop_assert!(check_canonical(&text, 1).is_ok(), "{}", String::from_utf8_lossy(&text));
            for change in &changes {
                let text = changed(&text, change);
                let is_accepted = check_canonical(&text, 1).is_ok();
                prop_assert_eq!(is_accepted, is_canonical(&text), "{}", String::from_utf8_lossy(&text));
            }
        }
    }
}
