//! What expressions give.

use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use crate::support::{check_transform, transform};

/// The reference of the language, whose examples are all evaluated.
const REFERENCE: &str = include_str!("../../src/expression/language.md");

fn code_blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let start = format!("```{language}\n");
    REFERENCE
        .split("```")
        .collect::<Vec<_>>()
        .into_iter()
        .filter_map(move |block| block.strip_prefix(&start[3..]))
}

#[test]
fn every_example_of_the_reference_gives_what_it_says() {
    let data: Value = serde_json::from_str(code_blocks("json").next().unwrap()).unwrap();
    let mut n_examples = 0;
    for block in code_blocks("cel") {
        let mut expression = String::new();
        for line in block.lines() {
            let (code, result) = line
                .split_once("  // ")
                .map_or((line, None), |(code, result)| (code, Some(result)));
            expression.push_str(code);
            match result {
                Some(result) => {
                    check_transform(&expression, &data, &serde_json::from_str(result).unwrap());
                    n_examples += 1;
                    expression.clear();
                }
                None => expression.push('\n'),
            }
        }
        assert!(expression.is_empty(), "no result: {expression}");
    }
    assert!(n_examples > 50);
}

#[test]
fn numbers_are_exact() {
    let check = |expression: &str, expect: Value| check_transform(expression, &Value::Null, &expect);
    check("18446744073709551615", json!(u64::MAX));
    check("-9223372036854775808", json!(i64::MIN));
    check("18446744073709551614 + 1", json!(u64::MAX));
    check("9223372036854775807 * 2", json!(18_446_744_073_709_551_614_u64));
    check("[9007199254740993, -1].sum()", json!(9_007_199_254_740_992_i64));
    check("9007199254740993 == 9007199254740992.0", json!(false));
    check("9007199254740993 > 9007199254740992.0", json!(true));
    check("18446744073709551615 < 18446744073709551616.0", json!(true));
    check("1 < 1.5 && -1 > -1.5 && 1e300 > 1 && -1e300 < 1", json!(true));
    check("0.1 + 0.2", json!(0.300_000_000_000_000_04));
    check("int(1e18)", json!(1_000_000_000_000_000_000_i64));
    check("0xff", json!(255));
    check("6.0 / 2", json!(3.0));
    check("7.5 % 2", json!(1.5));
}

#[test]
fn unicode_is_counted_by_code_points() {
    let data = json!("日本語 é 👩‍🚀");
    check_transform("data.size()", &data, &json!(9));
    check_transform("data.substring(1, 3)", &data, &json!("本語"));
    check_transform("data.indexOf('é')", &data, &json!(4));
    check_transform("data.split('').size()", &data, &json!(9));
    check_transform(r"'\u65e5\U0001F469\x41'", &data, &json!("日👩A"));
    check_transform("{data: 1}", &data, &json!({ "日本語 é 👩‍🚀": 1 }));
}

#[test]
fn inner_variables_hide_outer_ones() {
    check_transform("[1, 2].map(data, data * 10)", &json!(5), &json!([10, 20]));
    check_transform(
        "[1, 2].map(x, [3].map(x, x)[0] + x)",
        &Value::Null,
        &json!([4, 5]),
    );
    check_transform(
        "cel.bind(x, 1, cel.bind(y, x + 1, [x, y].map(z, z + y)))",
        &Value::Null,
        &json!([3, 4]),
    );
    check_transform("[{'math': 1}].map(math, math.math)", &Value::Null, &json!([1]));
}

#[test]
fn comments_and_line_breaks_are_blanks() {
    check_transform("// a sum\n1 // one\n + \t2 // two", &Value::Null, &json!(3));
}

#[test]
fn maps_are_in_the_order_of_their_keys() {
    let data: Value = serde_json::from_str(r#"{"b": 1, "a": 2, "A": 3, "10": 4, "9": 5}"#).unwrap();
    check_transform("data.keys()", &data, &json!(["10", "9", "A", "a", "b"]));
    check_transform("data.values()", &data, &json!([4, 5, 3, 2, 1]));
    check_transform(
        "{'z': 1, 'y': 2}.transformList(k, v, k)",
        &data,
        &json!(["y", "z"]),
    );
}

#[test]
fn the_result_is_the_same_a_thousand_times_and_for_every_order_of_insertion() {
    let expression =
        "data.rows.groupBy(r, r.k).transformMap(k, v, v.map(r, r.n).sum()).merge({'rows': data.rows})";
    let rows: Vec<_> = (0..40)
        .map(|n| json!({ "k": format!("k{}", n * 7 % 11), "n": f64::from(n) / 3.0 }))
        .collect();
    let first = transform(expression, &json!({ "rows": rows }))
        .unwrap()
        .to_string();
    for round in 0..1000 {
        let mut reordered = Vec::new();
        for row in &rows {
            let mut members: Vec<_> = row.as_object().unwrap().clone().into_iter().collect();
            members.rotate_left(round % 2);
            reordered.push(Value::Object(members.into_iter().collect()));
        }
        assert_eq!(
            transform(expression, &json!({ "rows": reordered }))
                .unwrap()
                .to_string(),
            first
        );
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |float| float.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Pieces that make up expressions, most of them nonsense.
const PIECES: &[&str] = &[
    "data",
    "data.a",
    "x",
    "1",
    "0",
    "-9223372036854775808",
    "18446744073709551615",
    "1.5",
    "1e308",
    "'é'",
    "\"\"",
    "true",
    "null",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "?",
    ".",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "<",
    "in",
    "&&",
    "||",
    "!",
    ".map(x,",
    ".filter(x,",
    ".groupBy(x,",
    ".sortBy(x,",
    ".transformMap(x, y,",
    ".size()",
    ".sum()",
    ".sort()",
    ".distinct()",
    ".flatten()",
    ".slice(1)",
    ".slice(-1, 2)",
    ".split('')",
    ".join()",
    ".avg()",
    ".substring(1)",
    ".format([data])",
    ".matches('a+')",
    "has(",
    "int(",
    "double(",
    "string(",
    "toJson(",
    "parseJson(",
    "math.round(",
    "cel.bind(x,",
    ".merge(data)",
    ".keys()",
    "'%s%d%.3f%%'",
    "//",
    "\n",
    "\\",
    "'",
];

proptest! {
    #[test]
    fn data_comes_back_as_it_was(data in any_json()) {
        prop_assert_eq!(transform("data", &data).unwrap().to_string(), data.to_string());
        prop_assert_eq!(transform("parseJson(toJson([data]))[0] == data", &data).unwrap(), json!(true));
    }

    #[test]
    fn sorting_is_total_and_stable_on_any_data(items in prop::collection::vec(any_json(), 0..20)) {
        let sorted = transform("data.sort()", &json!(items)).unwrap();
        prop_assert_eq!(transform("data.reverse().sort() == data.sort()", &json!(items)).unwrap(), json!(true));
        prop_assert_eq!(transform("data.sortBy(x, x)", &json!(items)).unwrap(), sorted);
    }

    #[test]
    fn any_text_is_evaluated_or_refused(source in any::<String>(), data in any_json()) {
        let _ = transform(&source, &data);
    }

    #[test]
    fn any_pieces_are_evaluated_or_refused_and_always_the_same(
        pieces in prop::collection::vec(select(PIECES), 0..16),
        data in any_json(),
    ) {
        let source = pieces.concat();
        let outcome = || transform(&source, &data).map(|value| value.to_string());
        prop_assert_eq!(outcome(), outcome());
    }
}
