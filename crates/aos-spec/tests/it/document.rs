//! Reading of workflow files: which data a text stands for, where its values are, and what is refused.

use aos_spec::{
    check::Problem,
    limits,
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
fn check(format: Format, text: &str, expect: Value) {
    let document = Document::parse(text, format).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(*document.value(), expect);
    assert_eq!(document.to_value(), expect);
}

#[track_caller]
fn check_refused(format: Format, text: &str, expect: &[&str]) -> Vec<Problem> {
    let problems = Document::parse(text, format).expect_err("the text is refused");
    assert_eq!(places(&problems), expect);
    problems
}

#[track_caller]
fn check_yaml_scalar(text: &str, expect: Value) {
    check(Format::Yaml, &format!("key: {text}\n"), json!({ "key": expect }));
}

#[track_caller]
fn check_place(document: &Document, pointer: &str, line: usize, column: usize, text: &str) {
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
fn a_byte_order_mark_is_no_column() {
    for (format, text) in [
        (Format::Json, "\u{feff}{\"a\": 1}"),
        (Format::Yaml, "\u{feff}{\"a\": 1}"),
    ] {
        let document = Document::parse(text, format).unwrap();
        check_place(&document, "/a", 1, 7, "1");
    }
}

#[test]
fn every_duplicate_key_is_refused_at_its_second_place() {
    check_refused(
        Format::Json,
        "{\"a\": 1,\n \"a\": {\"b\": 1, \"b\": 2},\n \"\\u0061\": 3}",
        &[
            "2:2 DUPLICATE_KEY /a",
            "2:16 DUPLICATE_KEY /a/b",
            "3:2 DUPLICATE_KEY /a",
        ],
    );
    check_refused(
        Format::Yaml,
        "a: 1\na: {b: 1, 'b': 2}\n\"\\x61\": 3\n",
        &[
            "2:1 DUPLICATE_KEY /a",
            "2:11 DUPLICATE_KEY /a/b",
            "3:1 DUPLICATE_KEY /a",
        ],
    );
}

#[test]
fn numbers_out_of_range_are_refused_and_never_rounded() {
    check_refused(
        Format::Json,
        "[18446744073709551616, -9223372036854775809,\n 1e400, -1E+999, 0.5]",
        &[
            "1:2 LIMIT_EXCEEDED /0",
            "1:24 LIMIT_EXCEEDED /1",
            "2:2 LIMIT_EXCEEDED /2",
            "2:9 LIMIT_EXCEEDED /3",
        ],
    );
    check_refused(
        Format::Yaml,
        "- 18446744073709551616\n- -9223372036854775809\n- 0x10000000000000000\n- 1e400\n",
        &[
            "1:3 LIMIT_EXCEEDED /0",
            "2:3 LIMIT_EXCEEDED /1",
            "3:3 LIMIT_EXCEEDED /2",
            "4:3 LIMIT_EXCEEDED /3",
        ],
    );
}

#[test]
fn numbers_that_json_does_not_have_are_refused() {
    check_refused(
        Format::Yaml,
        "- .nan\n- .inf\n- -.INF\n",
        &[
            "1:3 SCHEMA_VALIDATION_FAILED /0",
            "2:3 SCHEMA_VALIDATION_FAILED /1",
            "3:3 SCHEMA_VALIDATION_FAILED /2",
        ],
    );
}

#[test]
fn syntax_errors_of_json_stand_where_serde_json_finds_them() {
    for text in [
        "",
        " ",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "[1, 2",
        "{\n  \"a\": tru\n}",
        "[01]",
        "[1.]",
        "\"a\u{1}b\"",
        "{\"a\":\"b}",
        "{} x",
        "nul",
        "[\n\n1 2]",
        "'a'",
        "{a: 1}",
        "// c\n{}",
        "\"\\x\"",
        "[NaN]",
    ] {
        let problems = Document::parse(text, Format::Json).unwrap_err();
        let expect = serde_json::from_str::<Value>(text).unwrap_err();
        let place = problems[0].location.unwrap();
        assert_eq!(
            (place.line, place.column),
            (expect.line(), expect.column().max(1)),
            "{text}"
        );
        assert_eq!(
            (problems.len(), problems[0].code.as_str()),
            (1, "SYNTAX_ERROR"),
            "{text}"
        );
    }
}

#[test]
fn lone_surrogates_are_refused() {
    check_refused(
        Format::Json,
        "{\"a\": \"\\ud800\", \"\\udfff\": 1,\n\"b\": \"\\ud83d\\ude00\", \"c\": \"\\ud800\\u0041\"}",
        &[
            "1:14 SYNTAX_ERROR /a",
            "1:23 SYNTAX_ERROR ",
            "2:39 SYNTAX_ERROR /c",
        ],
    );
}

#[test]
fn syntax_errors_of_yaml_have_places() {
    for (text, expect) in [
        ("a: [1, 2\nb: 3", "2:2 SYNTAX_ERROR /a"),
        ("a:\n\t- b\n", "2:2 SYNTAX_ERROR "),
        ("a: b: c\n", "1:5 SYNTAX_ERROR "),
        ("é: \"\\q\"\n", "1:4 SYNTAX_ERROR "),
        ("- a\nb: c\n", "2:1 SYNTAX_ERROR "),
        ("a: @b\n", "1:4 SYNTAX_ERROR "),
        ("a: 'b\n", "1:4 SYNTAX_ERROR "),
        ("a: 1\n  b: 2\n", "2:4 SYNTAX_ERROR "),
    ] {
        check_refused(Format::Yaml, text, &[expect]);
    }
}

#[test]
fn what_yaml_has_beyond_json_is_refused() {
    let yaml = |text, expect: &[&str]| check_refused(Format::Yaml, text, expect);
    yaml("base: &b {a: 1}\nx:\n  <<: *b\n", &["3:3 SYNTAX_ERROR /x"]);
    yaml("a: 1\n---\nb: 2\n", &["2:1 SYNTAX_ERROR "]);
    yaml(
        "a: !secret x\nb: !!binary aGk=\n",
        &["1:4 SYNTAX_ERROR /a", "2:4 SYNTAX_ERROR /b"],
    );
    yaml(
        "a: !!int x\nb: !!seq {}\n",
        &["1:4 SYNTAX_ERROR /a", "2:4 SYNTAX_ERROR /b"],
    );
    yaml("? [a]\n: 1\n", &["1:3 SYNTAX_ERROR "]);
    yaml(": 1\n", &["1:1 SYNTAX_ERROR "]);
    yaml("a: &x b\n*x : c\n", &["2:1 SYNTAX_ERROR "]);
    yaml("a: *x\nb: &x 1\n", &["1:4 SYNTAX_ERROR /a"]);
    yaml("a: &x [1, *x]\n", &["1:11 SYNTAX_ERROR /a/1"]);
}

#[test]
fn aliases_cannot_multiply_without_bound() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let problems = Document::parse(&text, Format::Yaml).unwrap_err();
    assert!(
        problems
            .iter()
            .all(|problem| problem.code.as_str() == "LIMIT_EXCEEDED")
    );
    assert!(
        problems[0].message.contains("anchors and aliases"),
        "{}",
        problems[0]
    );
}

#[test]
fn an_alias_cannot_nest_deeper_than_text_could() {
    let nest = |depth: usize, inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    let deep = nest(40, "");
    let fits = format!("a: &x {deep}\nb: {}\n", nest(limits::MAX_NESTING - 41, "*x"));
    assert!(Document::parse(&fits, Format::Yaml).is_ok());
    let too_deep = format!("a: &x {deep}\nb: {}\n", nest(limits::MAX_NESTING - 40, "*x"));
    let problems = Document::parse(&too_deep, Format::Yaml).unwrap_err();
    assert_eq!(problems[0].code.as_str(), "LIMIT_EXCEEDED");
}

#[test]
fn nesting_is_bounded_in_both_formats() {
    let list = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let object = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let block = |depth: usize| format!("{}x\n", "- ".repeat(depth));
    for depth in [limits::MAX_NESTING, limits::MAX_NESTING + 1, 200, 1_000, 100_000] {
        let is_allowed = depth <= limits::MAX_NESTING;
        for (format, text) in [
            (Format::Json, list(depth)),
            (Format::Json, object(depth)),
            (Format::Yaml, list(depth)),
            (Format::Yaml, block(depth)),
        ] {
            let result = Document::parse(&text, format);
            assert_eq!(result.is_ok(), is_allowed, "{depth}: {format:?}");
            if let Err(problems) = result {
                assert_eq!(problems[0].code.as_str(), "LIMIT_EXCEEDED");
                // Far beyond the limit the parser of YAML gives up before there are values.
                let n_levels = problems[0].pointer.matches('/').count();
                assert!(n_levels == limits::MAX_NESTING || format == Format::Yaml && depth > 200);
            }
        }
    }
}

#[test]
fn other_problems_are_found_beside_too_deep_values() {
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    let text = format!("{{\"a\": {deep}, \"b\": 1, \"b\": 2}}");
    for format in [Format::Json, Format::Yaml] {
        let problems = Document::parse(&text, format).unwrap_err();
        let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["LIMIT_EXCEEDED", "DUPLICATE_KEY"]);
    }
}

#[test]
fn files_that_are_too_large_are_refused() {
    let text = " ".repeat(limits::MAX_SPEC_BYTES - 2) + "{}";
    assert!(Document::parse(&text, Format::Json).is_ok());
    let problems = Document::parse(text + " ", Format::Json).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "LIMIT_EXCEEDED 4194305 bytes are more than the 4194304 allowed"
    );
}

#[test]
fn text_that_is_not_utf_8_is_refused_where_it_goes_wrong() {
    for format in [Format::Json, Format::Yaml] {
        let problems = Document::parse(b"a: 1\nb: \xc3\xa9\xff\n", format).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(
            problems[0].to_string(),
            "2:5: SYNTAX_ERROR this is not UTF-8 text (save the file as UTF-8)"
        );
    }
}
