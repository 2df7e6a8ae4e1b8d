//! `text_parse`.

use aos_skills::TextParse;
use aos_spec::{ErrorCode, port::Skill};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{check_failure, context, invoke};

#[track_caller]
fn check(inputs: Value, expect: &Value) {
    assert_eq!(&invoke(&TextParse::new(), inputs).unwrap(), expect);
}

#[track_caller]
fn check_refused(inputs: Value, code: ErrorCode, message: &str) {
    check_failure(&TextParse::new(), inputs, code, message);
}

#[test]
fn lines_end_with_a_line_feed_with_or_without_carriage_return() {
    check(
        json!({ "format": "lines", "text": "a\r\n\nb c" }),
        &json!(["a", "", "b c"]),
    );
    check(json!({ "format": "lines", "text": "" }), &json!([]));
    check(json!({ "format": "lines", "text": "\u{feff}a\n" }), &json!(["a"]));
}

#[test]
fn csv_follows_rfc_4180() {
    let text = "name,note\r\n\"Lovelace, Ada\",\"said \"\"hi\"\"\nand left\"\r\nBo,\n";
    check(
        json!({ "format": "csv", "text": text }),
        &json!([{ "name": "Lovelace, Ada", "note": "said \"hi\"\nand left" }, { "name": "Bo", "note": "" }]),
    );
    check(
        json!({ "format": "csv", "text": "1\t2\n3\t4", "delimiter": "\t", "header": false }),
        &json!([["1", "2"], ["3", "4"]]),
    );
    check(json!({ "format": "csv", "text": "" }), &json!([]));
    check(
        json!({ "format": "csv", "text": "\u{feff}größe\n1" }),
        &json!([{ "größe": "1" }]),
    );
}

#[test]
fn csv_that_is_not_rectangular_is_refused_with_its_line() {
    let refused = |text: &str, message: &str| {
        check_refused(
            json!({ "format": "csv", "text": text }),
            ErrorCode::DeserializationError,
            message,
        );
    };
    refused("a,b\n1,2\n3\n", "line: 3");
    refused("a,a\n1,2", "the header has `a` twice");
    check_refused(
        json!({ "format": "csv", "text": "a", "delimiter": "é" }),
        ErrorCode::InvalidInput,
        "the input `delimiter` is not a usable ASCII character",
    );
}

#[test]
fn json_is_any_value() {
    check(
        json!({ "format": "json", "text": " {\"a\": [1, 18446744073709551615]} " }),
        &json!({ "a": [1, u64::MAX] }),
    );
    check_refused(
        json!({ "format": "json", "text": "[1,\n2" }),
        ErrorCode::DeserializationError,
        "not JSON: EOF while parsing a list at line 2 column 1",
    );
}

#[test]
fn jsonl_is_one_value_a_line() {
    check(
        json!({ "format": "jsonl", "text": "{\"a\":1}\n\n[2]\r\n" }),
        &json!([{ "a": 1 }, [2]]),
    );
    check_refused(
        json!({ "format": "jsonl", "text": "1\n\n{\"a\" 1}" }),
        ErrorCode::DeserializationError,
        "line 3 is not JSON, at column 6",
    );
}

#[test]
fn pattern_gives_the_named_groups() {
    let pattern = r"^(?<time>\S+) (?<level>[A-Z]+)(?: \[(?<thread>\w+)\])? (?<message>.*)$";
    check(
        json!({ "format": "pattern", "pattern": pattern, "text": "10:00 INFO [main] up\n\n10:01 ERROR süß: é" }),
        &json!([
            { "time": "10:00", "level": "INFO", "thread": "main", "message": "up" },
            { "time": "10:01", "level": "ERROR", "thread": null, "message": "süß: é" },
        ]),
    );
    check(
        json!({ "format": "pattern", "pattern": "(?i)(?<w>É)", "text": "é" }),
        &json!([{ "w": "é" }]),
    );
}

#[test]
fn lines_without_the_pattern_are_an_error_or_left_out() {
    let inputs = json!({ "format": "pattern", "pattern": "^(?<n>[0-9]+)$", "text": "1\nx\n2" });
    check_refused(
        inputs.clone(),
        ErrorCode::DeserializationError,
        "line 2 does not match the pattern",
    );
    let mut skipping = inputs;
    skipping["unmatched"] = json!("skip");
    check(skipping, &json!([{ "n": "1" }, { "n": "2" }]));
}

#[test]
fn unusable_patterns_are_refused() {
    let refused = |pattern: &str, message: &str| {
        let inputs = json!({ "format": "pattern", "text": "", "pattern": pattern });
        check_refused(inputs, ErrorCode::InvalidInput, message);
    };
    refused("(", "not a usable pattern");
    refused(r"(?<a>.)\1", "not a usable pattern");
    refused("a", "no named group");
    refused(&"a".repeat(1_025), "longer than 1024 bytes");
    refused(r"(?<a>(\w{100}){100})", "too large when compiled");
    let message = "needs the input `pattern`";
    check_refused(
        json!({ "format": "pattern", "text": "" }),
        ErrorCode::MissingRequiredField,
        message,
    );
}

#[test]
fn inputs_of_another_format_are_refused() {
    for (name, value) in [
        ("header", json!(true)),
        ("pattern", json!("a")),
        ("unmatched", json!("skip")),
    ] {
        let mut inputs = json!({ "format": "lines", "text": "" });
        inputs[name] = value;
        check_refused(
            inputs,
            ErrorCode::InvalidInput,
            &format!("`{name}` goes with another `format`"),
        );
    }
}

#[test]
fn small_texts_do_not_become_huge_outputs() {
    let rows = "1\n".repeat(100_000);
    let text = format!("{}\n{rows}", "x".repeat(1_000));
    check_refused(
        json!({ "format": "csv", "text": text }),
        ErrorCode::OutputTooLarge,
        "larger than",
    );
    let pattern = format!("(?<{}>.)", "x".repeat(900));
    let inputs = json!({ "format": "pattern", "text": rows, "pattern": pattern });
    check_refused(inputs, ErrorCode::OutputTooLarge, "larger than");
}

#[tokio::test]
async fn cancellation_ends_it_between_rows() {
    let context = context(json!({ "format": "lines", "text": "a\nb" }));
    context.cancellation.cancel();
    assert_eq!(
        TextParse::new().invoke(&context).await.unwrap_err().code,
        ErrorCode::Cancelled
    );
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>(), pattern in any::<String>(), header: bool) {
        let parse = |inputs: Value| invoke(&TextParse::new(), inputs);
        let lines = parse(json!({ "format": "lines", "text": text }));
        prop_assert!(lines.is_ok());
        let _ = parse(json!({ "format": "csv", "text": text, "header": header }));
        let _ = parse(json!({ "format": "json", "text": text }));
        let _ = parse(json!({ "format": "jsonl", "text": text }));
        let _ = parse(json!({ "format": "pattern", "text": text, "pattern": format!("(?<a>{pattern})") }));
    }

    #[test]
    fn csv_reads_back_what_was_quoted(rows in prop::collection::vec(("[ -~\u{e9}\n\"]*", "[a-z,]*"), 0..8)) {
        let quoted = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
        let text: String = rows.iter().map(|(a, b)| format!("{},{}\n", quoted(a), quoted(b))).collect();
        let parsed = invoke(&TextParse::new(), json!({ "format": "csv", "text": text, "header": false })).unwrap();
        prop_assert_eq!(parsed, json!(rows));
    }
}
