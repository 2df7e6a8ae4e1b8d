//! The rules of canonical JSON.

use std::collections::BTreeMap;

use aos_spec::{
    ContentHash, ErrorCode,
    canonical::{self, CanonicalError},
    limits::MAX_NESTING,
};
use proptest::prelude::*;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json, value::RawValue};

#[track_caller]
fn check<T: Serialize + ?Sized>(value: &T, expect: &str) {
    assert_eq!(canonical::to_string(value).unwrap(), expect);
    let read = canonical::parse(expect.as_bytes()).unwrap();
    assert_eq!(canonical::to_string(&read).unwrap(), expect);
}

#[track_caller]
fn check_refused<T: Serialize + ?Sized>(value: &T, part: &str) {
    let error = canonical::to_vec(value).unwrap_err();
    assert!(error.to_string().contains(part), "{error}");
    assert_eq!(error.code(), ErrorCode::SerializationError);
}

#[track_caller]
fn check_text_refused(text: &[u8], expect: &CanonicalError) {
    assert_eq!(
        &canonical::parse(text).unwrap_err(),
        expect,
        "{}",
        String::from_utf8_lossy(text)
    );
}

/// An object with any members in any order.
struct Object<K, V>(Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Object<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
enum Shape {
    Empty,
    Circle(f32),
    Line(u8, i8),
    Point { y: Option<u64>, x: () },
}

#[test]
fn every_shape_of_serde_has_the_form_of_serde_json() {
    check(&Shape::Empty, r#""Empty""#);
    check(&Shape::Circle(0.5), r#"{"Circle":0.5}"#);
    check(&Shape::Line(1, -1), r#"{"Line":[1,-1]}"#);
    let point = Shape::Point { y: Some(2), x: () };
    check(&point, r#"{"Point":{"x":null,"y":2}}"#);
    check(&('x', true, "t", None::<u8>), r#"["x",true,"t",null]"#);
    check(&Object::<String, u8>(vec![]), "{}");
    check(&BTreeMap::from([(Some('k'), [0_u8; 0])]), r#"{"k":[]}"#);
}

#[test]
fn integers_of_64_bits_are_exact_and_larger_ones_refused() {
    check(&u64::MAX, "18446744073709551615");
    check(&i64::MIN, "-9223372036854775808");
    check(&9_007_199_254_740_993_u64, "9007199254740993");
    check(&u128::from(u64::MAX), "18446744073709551615");
    check(&i128::from(i64::MIN), "-9223372036854775808");
    check(&i128::from(u64::MAX), "18446744073709551615");
    check_refused(&(u128::from(u64::MAX) + 1), "does not fit 64 bits");
    check_refused(&(i128::from(u64::MAX) + 1), "does not fit 64 bits");
    check_refused(&(i128::from(i64::MIN) - 1), "does not fit 64 bits");
}

#[test]
fn floats_are_short_and_never_look_like_large_integers() {
    check(&1.0, "1");
    check(&-0.0, "0");
    check(&0.1_f32, "0.10000000149011612");
    check(&1e-7, "1e-7");
    check(&9_007_199_254_740_991.0, "9007199254740991");
    check(&9_007_199_254_740_992.0, "9.007199254740992e+15");
    check(&-9_007_199_254_740_992.0, "-9.007199254740992e+15");
    check(&1e16, "1e+16");
    check(&9_223_372_036_854_775_808.0, "9.223372036854776e+18");
    check(&1e21, "1e+21");
}

#[test]
fn what_is_not_json_is_refused_at_any_depth() {
    check_refused(&f64::NAN, "NaN is not a finite number");
    check_refused(&f32::NEG_INFINITY, "-inf is not a finite number");
    check_refused(&Some([Some(f64::NAN)]), "NaN");
    check_refused(&BTreeMap::from([("a", vec![(1, f64::INFINITY)])]), "inf");
    check_refused(&Shape::Circle(f32::NAN), "NaN");
    check_refused(&BTreeMap::from([(1, 2)]), "`1` as the name of a member");
    check_refused(&BTreeMap::from([(true, 2)]), "`true` as the name of a member");
    check_refused(&BTreeMap::from([([0_u8], 2)]), "`[0]` as the name of a member");
    check_refused(&RawValue::from_string("1.0".into()).unwrap(), "unparsed JSON");
}

#[test]
fn members_are_sorted_by_utf_16_however_they_come() {
    let names = ["\u{fb33}", "😂", "a!", "a", "", "\n", "z\u{7f}", "\"", "é", "aa"];
    let object = Object(names.iter().map(|name| (name, 0)).collect());
    check(
        &object,
        "{\"\":0,\"\\n\":0,\"\\\"\":0,\"a\":0,\"a!\":0,\"aa\":0,\"z\u{7f}\":0,\"é\":0,\"😂\":0,\"\u{fb33}\":0}",
    );
    // In the order of their bytes, before or after escaping, which is not that of UTF-16.
    for (first, second) in [
        ("\u{e000}", "\u{10000}"),
        ("\u{ffff}", "😂"),
        ("A", "\""),
        ("Z", "\n"),
    ] {
        let [first_text, second_text] = [first, second].map(|name| json!(name).to_string());
        check(
            &Object(vec![(first, 0), (second, 0)]),
            &format!("{{{second_text}:0,{first_text}:0}}"),
        );
    }
    let nested = Object(vec![
        ("b", Object(vec![("d", 1), ("c", 2)])),
        ("a", Object(vec![])),
    ]);
    check(&nested, r#"{"a":{},"b":{"c":2,"d":1}}"#);
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    check_refused(&Object(vec![("a", 1), ("a", 2)]), "two members named `a`");
    check_refused(
        &Object(vec![("a", 1), ("b", 2), ("a", 1)]),
        "two members named `a`",
    );
    check_refused(&Object(vec![("\n", 1), ("\n", 1)]), r"two members named `\n`");
}

#[test]
fn strings_are_escaped_no_more_than_needed() {
    check(
        "\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\/\u{7f}\u{2028}é😀",
        "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\u{7f}\u{2028}é😀\"",
    );
    for control in '\0'..' ' {
        check(&control, &serde_json::to_string(&control).unwrap());
    }
    check("A\u{30a}", "\"A\u{30a}\"");
}

fn nested(levels: usize, innermost: Value) -> Value {
    (0..levels).fold(innermost, |inner, level| {
        if level % 2 == 0 {
            json!([inner])
        } else {
            json!({ "a": inner })
        }
    })
}

#[test]
fn nesting_ends_at_its_limit_on_write_and_read() {
    for innermost in [json!(1), json!([]), json!({})] {
        let levels = MAX_NESTING - usize::from(!innermost.is_number());
        let deepest = nested(levels, innermost.clone());
        let text = canonical::to_vec(&deepest).unwrap();
        assert_eq!(canonical::parse(&text), Ok(deepest));

        let too_deep = nested(levels + 1, innermost);
        assert_eq!(canonical::to_vec(&too_deep), Err(CanonicalError::TooDeep));
        check_text_refused(too_deep.to_string().as_bytes(), &CanonicalError::TooDeep);
    }
    // A variant with content is an object of one member.
    let variant = |levels| canonical::to_vec(&Ok::<_, ()>(nested(levels, json!(1))));
    assert!(variant(MAX_NESTING - 1).is_ok());
    assert_eq!(variant(MAX_NESTING), Err(CanonicalError::TooDeep));
    let bottomless = "[".repeat(100_000);
    check_text_refused(bottomless.as_bytes(), &CanonicalError::TooDeep);
    assert_eq!(CanonicalError::TooDeep.code(), ErrorCode::LimitExceeded);
}

#[test]
fn brackets_within_strings_are_not_nesting() {
    let text = format!("[\"{}\\\"", "[".repeat(1_000));
    assert!(matches!(
        canonical::parse(text.as_bytes()),
        Err(CanonicalError::Syntax(_))
    ));
}

#[test]
fn text_that_is_not_canonical_is_refused_where_it_departs() {
    for (text, offset) in [
        (r#"{"a":1,"a":1}"#, 6),
        (r#"{"b":1,"a":1}"#, 2),
        (r#"{"a": 1}"#, 5),
        ("1\n", 1),
        (" 1", 0),
        ("1.0", 1),
        ("1E2", 1),
        ("-0", 0),
        ("0.10", 3),
        ("18446744073709551616", 1),
        ("9007199254740993.0", 1),
        (r#""\u0041""#, 1),
        (r#""\/""#, 1),
        (r#""\u000A""#, 2),
        (r#""\ud83d\ude00""#, 1),
    ] {
        check_text_refused(text.as_bytes(), &CanonicalError::NotCanonical { offset });
    }
}

#[test]
fn text_that_is_not_json_is_refused() {
    for text in [
        &b"1e400"[..],
        b"NaN",
        b"\"\\ud800\"",
        b"\"\xff\"",
        b"\xef\xbb\xbf1",
        b"\"\n\"",
        b"{\"a\":1,}",
        b"1 2",
        b"",
    ] {
        let error = canonical::parse(text).unwrap_err();
        assert!(matches!(error, CanonicalError::Syntax(_)), "{text:?}: {error}");
        assert_eq!(error.code(), ErrorCode::DeserializationError);
    }
}

#[test]
fn a_content_hash_reads_back_from_its_64_digits_alone() {
    let hash = ContentHash::of(&json!({ "a": 1 })).unwrap();
    assert_eq!(hash, ContentHash::of_bytes(br#"{"a":1}"#));
    assert_eq!(hash.to_string(), format!("{hash:x}")[..16]);
    assert_eq!(hash.short(), u64::from_str_radix(&hash.to_string(), 16).unwrap());
    let text = serde_json::to_string(&hash).unwrap();
    assert_eq!(serde_json::from_str::<ContentHash>(&text).unwrap(), hash);
    for wrong in [
        text.to_uppercase(),
        text.replace('"', "\" "),
        format!("\"{hash}\""),
    ] {
        assert!(serde_json::from_str::<ContentHash>(&wrong).is_err(), "{wrong}");
    }
    assert_ne!(hash.chain(hash), hash);
}

/// Any JSON value with numbers from `number`.
fn values(number: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number,
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |float| float.is_finite())
            .prop_map(Value::from),
        (-1e19_f64..1e19).prop_map(|float| Value::from(float.round())),
        prop::sample::select(vec![
            -0.0,
            9_007_199_254_740_991.0,
            9_007_199_254_740_992.0,
            -9_007_199_254_740_992.0
        ])
        .prop_map(Value::from),
    ]
}

/// Numbers that RFC 8785 keeps exact.
fn safe_number() -> impl Strategy<Value = Value> {
    const LARGEST: i64 = (1 << 53) - 1;
    prop_oneof![
        (-LARGEST..=LARGEST).prop_map(Value::from),
        (-9e15_f64..9e15).prop_map(Value::from),
        prop_oneof![-1.0_f64..1.0, 1e21_f64..1e300, 1e-300_f64..1e-5].prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn within_the_safe_range_the_profile_is_rfc_8785(value in values(safe_number())) {
        let expect = serde_json_canonicalizer::to_string(&value).unwrap();
        prop_assert_eq!(canonical::to_string(&value).unwrap(), expect);
    }

    #[test]
    fn canonical_text_reads_back_as_the_normal_form(value in values(any_number())) {
        let mut normal = value.clone();
        canonical::normalize(&mut normal);
        let text = canonical::to_vec(&value).unwrap();
        prop_assert_eq!(canonical::parse(&text), Ok(normal.clone()));
        prop_assert_eq!(canonical::to_vec(&normal).unwrap(), text);
        let mut again = normal.clone();
        canonical::normalize(&mut again);
        prop_assert_eq!(again, normal);
    }

    #[test]
    fn the_order_in_which_members_come_does_not_matter(
        members in prop::collection::btree_map(any::<String>(), 0..9_u8, 0..12)
            .prop_map(|members| members.into_iter().collect::<Vec<_>>())
            .prop_shuffle()
    ) {
        let value: Value = members.iter().map(|(name, number)| (name.clone(), Value::from(*number))).collect();
        prop_assert_eq!(canonical::to_vec(&Object(members)).unwrap(), canonical::to_vec(&value).unwrap());
    }

    #[test]
    fn integers_read_back_exactly(unsigned in any::<u64>(), signed in any::<i64>()) {
        let text = canonical::to_string(&(unsigned, signed)).unwrap();
        prop_assert_eq!(&text, &format!("[{unsigned},{signed}]"));
        prop_assert_eq!(canonical::parse(text.as_bytes()), Ok(json!([unsigned, signed])));
    }
}
