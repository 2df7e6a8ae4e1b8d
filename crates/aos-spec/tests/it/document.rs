//! Reading of workflow files: which data a text stands for, where its values are, and what is refused.

use aos_spec::{
    check::Problem,
    source::{Document, Format},
};
use serde_json::{Value, json};

/// Returns problems as `line:column CODE pointer`.
pub(crate) fn places(problems: &[Problem]) -> Vec<String> {
    let place = |problem: &Problem| {
        let location = problem.location.expect("problems of texts have places");
        let (line, column) = (location.line, location.column);
        format!("{line}:{column} {} {}", problem.code, problem.pointer)
    };
    problems.iter().map(place).collect()
}

#[track_caller]
pub(crate) fn check(format: Format, text: &str, expect: Value) {
    let document = Document::parse(text, format).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(*document.value(), expect);
    assert_eq!(document.to_value(), expect);
}

#[track_caller]
pub(crate) fn check_refused(format: Format, text: &str, expect: &[&str]) -> Vec<Problem> {
    let problems = Document::parse(text, format).expect_err("the text is refused");
    assert_eq!(places(&problems), expect);
    problems
}

#[track_caller]
pub(crate) fn check_yaml_scalar(text: &str, expect: Value) {
    check(Format::Yaml, &format!("key: {text}\n"), json!({ "key": expect }));
}

#[track_caller]
pub(crate) fn check_place(document: &Document, pointer: &str, line: usize, column: usize, text: &str) {
    let place = document.locate(pointer).unwrap();
    assert_eq!((place.line, place.column), (line, column), "{pointer}");
    assert_eq!(&document.text()[place.start..place.end], text, "{pointer}");
}

#[test]
fn the_extension_decides_about_the_format() {
    assert_eq!(Format::of_path("a/b.aos.json"), Some(Format::Json));
    assert_eq!(Format::of_path("b.YML"), Some(Format::Yaml));
    assert_eq!(Format::of_path("b.aos.yaml"), Some(Format::Yaml));
    assert_eq!(Format::of_path("yaml"), None);
    assert_eq!(Format::of_path("b.toml"), None);
}

#[test]
fn text_without_a_name_is_json_when_it_starts_with_a_brace() {
    assert_eq!(Format::of_text(" \r\n\t{"), Format::Json);
    assert_eq!(Format::of_text("\u{feff}{"), Format::Json);
    assert_eq!(Format::of_text("id: {"), Format::Yaml);
    assert_eq!(Format::of_text(""), Format::Yaml);
    assert_eq!(Format::of_text(b"\xff{"), Format::Yaml);
}

#[test]
fn json_is_read_with_its_types() {
    check(
        Format::Json,
        r#" {"a": [1, -2.5, true, null, {}, []], "b\u00e9\ud83d\ude00": "x\n\"", "": 18446744073709551615} "#,
        json!({ "a": [1, -2.5, true, null, {}, []], "bé😀": "x\n\"", "": u64::MAX }),
    );
    check(Format::Json, "-9223372036854775808", json!(i64::MIN));
    check(Format::Json, "1e3", json!(1000.0));
    check(Format::Json, "-0", json!(0));
}

#[test]
fn yaml_is_read_with_its_types() {
    check(
        Format::Yaml,
        "a:\n- 1\n- {b: c, 'd': \"e\\n\"}\n-\n- - x\n  - y\nf: |\n  one\n  two\ng: >-\n  one\n  two\n",
        json!({ "a": [1, { "b": "c", "d": "e\n" }, null, ["x", "y"]], "f": "one\ntwo\n", "g": "one two" }),
    );
    check(Format::Yaml, "%YAML 1.2\n---\na: 1\n...\n", json!({ "a": 1 }));
    check(Format::Yaml, "# nothing\n", Value::Null);
}

#[test]
fn words_of_yaml_1_1_are_text() {
    for word in [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "N",
        "tRUE",
        "nULL",
        "1_000",
        "0b1",
        "1:30",
        "2026-11-23",
    ] {
        check_yaml_scalar(word, json!(word));
    }
}

#[test]
fn a_number_with_a_leading_zero_is_text() {
    for word in ["010", "-010", "007.5", "00", "09e1"] {
        check_yaml_scalar(word, json!(word));
    }
}

#[test]
fn words_of_the_core_schema_of_yaml_1_2_have_their_types() {
    for (word, expect) in [
        ("~", Value::Null),
        ("Null", Value::Null),
        ("", Value::Null),
        ("TRUE", json!(true)),
        ("False", json!(false)),
        ("0", json!(0)),
        ("+5", json!(5)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("18446744073709551615", json!(u64::MAX)),
        ("0x1F", json!(31)),
        ("0o17", json!(15)),
        ("0.0", json!(0.0)),
        ("-.5", json!(-0.5)),
        ("5.", json!(5.0)),
        ("1e3", json!(1000.0)),
        ("1.5E-3", json!(0.0015)),
    ] {
        check_yaml_scalar(word, expect);
    }
}

#[test]
fn what_only_looks_like_a_number_is_text() {
    for word in [
        ".", "-", "+", "-x", "1e", "1e+", "e5", "0x", "0xG", "0o8", "-0x1", "1.2.3", "5 apples", "..5", "12h",
    ] {
        let word = if word == "-" { "'-'" } else { word };
        check_yaml_scalar(word, json!(word.trim_matches('\'')));
    }
}

#[test]
fn quotes_and_the_text_tag_keep_yaml_words_as_text() {
    check_yaml_scalar("'5'", json!("5"));
    check_yaml_scalar("\"null\"", json!("null"));
    check_yaml_scalar("!!str 5", json!("5"));
    check_yaml_scalar("!!str", json!(""));
    check_yaml_scalar("!!int '5'", json!(5));
    check_yaml_scalar("!!float 5", json!(5));
    check_yaml_scalar("!!map {}", json!({}));
    check_yaml_scalar("!!seq []", json!([]));
}

#[test]
fn keys_of_yaml_are_the_text_as_written() {
    check(
        Format::Yaml,
        "200: a\ntrue: b\n~: c\n.nan: d\n99999999999999999999: e\n'<<': f\n\"a\\tb\": g\n",
        json!({ "200": "a", "true": "b", "~": "c", ".nan": "d", "99999999999999999999": "e", "<<": "f", "a\tb": "g" }),
    );
}

#[test]
fn aliases_are_copies() {
    check(
        Format::Yaml,
        "a: &x {b: [1]}\nc: *x\nd: &y 5\ne: [*y, *x]\n",
        json!({ "a": { "b": [1] }, "c": { "b": [1] }, "d": 5, "e": [5, { "b": [1] }] }),
    );
    // The latest definition counts.
    check(Format::Yaml, "[&x 1, *x, &x 2, *x]", json!([1, 1, 2, 2]));
}

#[test]
fn places_are_those_of_values() {
    let text = "id: shop\nsteps:\n  - id: é\n    inputs: {a/b: [1, \"x\"]}\n  - # empty\n    id: b\n";
    let document = Document::parse(text, Format::Yaml).unwrap();
    check_place(&document, "/id", 1, 5, "shop");
    check_place(&document, "/steps/0/id", 3, 9, "é");
    check_place(&document, "/steps/0/inputs/a~1b/1", 4, 23, "\"x\"");
    check_place(&document, "/steps/0/inputs", 4, 13, "{a/b: [1, \"x\"]}");
    check_place(
        &document,
        "/steps/0",
        3,
        5,
        "id: é\n    inputs: {a/b: [1, \"x\"]}",
    );
    check_place(&document, "/steps/1", 6, 5, "id: b");
    check_place(&document, "", 1, 1, text.trim_end());
    assert_eq!(document.locate("steps"), None);
}

#[test]
fn the_place_of_a_missing_value_is_that_of_the_nearest_one_above() {
    let document = Document::parse("{\n  \"steps\": [ {\"id\": 5} ]\n}", Format::Json).unwrap();
    check_place(&document, "/steps/0/skill_id", 2, 14, "{\"id\": 5}");
    check_place(&document, "/steps/0/id/x/y", 2, 21, "5");
    check_place(&document, "/steps/7", 2, 12, "[ {\"id\": 5} ]");
    check_place(&document, "/steps/x", 2, 12, "[ {\"id\": 5} ]");
}

#[test]
fn keys_have_places_of_their_own() {
    for (format, text) in [
        (Format::Json, "{\n \"a\": {\"b\\n\": 1}}"),
        (Format::Yaml, "\na: {\"b\\n\": 1}"),
    ] {
        let document = Document::parse(text, format).unwrap();
        let key = document.locate_key("/a/b\n").unwrap();
        assert_eq!(&text[key.start..key.end], "\"b\\n\"");
        assert_eq!(key.line, 2);
        assert_eq!(document.locate_key("/a/c"), None);
        assert_eq!(document.locate_key(""), None);
    }
}

#[test]
fn an_aliased_value_stands_where_its_alias_stands() {
    let document = Document::parse("a: &x {b: 1}\nc: *x\n", Format::Yaml).unwrap();
    check_place(&document, "/a", 1, 7, "{b: 1}");
    check_place(&document, "/c", 2, 4, "*x");
    check_place(&document, "/c/b", 1, 11, "1");
}

#[test]
fn a_text_with_mistakes_is_read_as_far_as_it_goes() {
    let (document, problems) = Document::parse_partly(r#"{"a": 1, "a": 2, "b": [3]}"#, Format::Json);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, aos_spec::ErrorCode::DuplicateKey);
    let document = document.unwrap();
    assert_eq!(document.to_value(), json!({ "a": 1, "b": [3] }));
    check_place(&document, "/b/0", 1, 24, "3");
    let (document, problems) = Document::parse_partly("not json", Format::Json);
    assert!(document.is_none() && problems.len() == 1, "{problems:?}");
}

#[test]
fn a_byte_order_mark_is_no_column() {
    for (format, text) in [
        (Format::Json, "\u{feff}{\"a\": 1}"),
        (Format::Yaml, "\u{feff}{\"a\": 1}"),
    ] {
        let document = Document::parse(text, format).unwrap();
        check_place(&document, "/a", 1, 7, "1");
    }
}
