//! Texts that are no workflow file: what is refused, with which code, and where.

use aos_spec::{
    limits,
    source::{Document, Format},
};
use serde_json::Value;

use crate::document::check_refused;
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
