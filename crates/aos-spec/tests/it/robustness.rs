//! Whatever comes in, the check ends with a plan or with a bounded list of problems that stand where they say.

use aos_spec::{
    check::{Problem, check_text, check_value},
    limits,
    source::{Document, Format},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const YAML: &str = "\
id: shop
inputs: {order: {type: integer, default: 1}}
steps:
  - &first
    id: fetch
    skill_id: http_call
    inputs:
      body: |
        text
      more: {url: \"a/${inputs.order}\", 'é': [1]}
  - id: mail  # later
    skill_id: mail
    depends_on: [fetch]
    inputs:
      text: >-
        Dear ${fetch.name},
        bye
      list: [1, 2.5, ~, true, 'x']
";

const JSON: &str = r#"{"id": "shop", "inputs": {"order": {"type": "integer", "default": 1}}, "steps": [
  {"id": "fetch", "skill_id": "http_call", "inputs": {"url": "a/${inputs.order}", "body": "t\u00e9\n"}},
  {"id": "mail", "skill_id": "mail", "depends_on": ["fetch"], "inputs": {"list": [1, 2.5, null, true, "x"]}}]}"#;

/// Checks `text` in both formats, and that the places of problems lie in it and are in order.
fn check(text: &[u8]) {
    for format in [Format::Json, Format::Yaml] {
        let _ = Document::parse(text, format);
        let Err(problems) = check_text(text, format) else {
            continue;
        };
        assert!(!problems.is_empty());
        let places: Vec<_> = problems.iter().filter_map(|problem| problem.location).collect();
        assert!(places.is_sorted_by_key(|place| place.start));
        for place in places {
            assert!(
                place.start <= place.end && place.end <= text.len() && place.line > 0 && place.column > 0
            );
            assert!(std::str::from_utf8(&text[place.start..place.end]).is_ok());
        }
    }
}

/// Returns how many bytes a report of `problems` has.
fn size(problems: &[Problem]) -> usize {
    problems
        .iter()
        .map(|problem| problem.to_string().len() + problem.pointer.len())
        .sum()
}

#[test]
fn a_long_key_cannot_blow_up_the_report() {
    let key = "k".repeat(1_000_000);
    let list = "\"${\",".repeat(20_000) + "1";
    let text = format!(
        r#"{{"id": "w", "steps": [{{"id": "a", "skill_id": "s", "inputs": {{"{key}": [{list}]}}}}]}}"#
    );
    let problems = check_text(&text, Format::Json).unwrap_err();
    assert!(problems.len() > 1 && size(&problems) < 10 * limits::MAX_SPEC_BYTES);
    let last = problems.last().unwrap();
    assert!(
        last.message.ends_with("further problems are not listed"),
        "{last}"
    );
}

#[test]
fn many_problems_are_all_listed() {
    let text = format!("{{{}}}", vec!["\"a\": 1"; 10_000].join(","));
    let problems = check_text(&text, Format::Json).unwrap_err();
    // The duplicates, the unknown field itself and the two missing ones.
    assert_eq!(problems.len(), 9_999 + 3);
}

#[test]
fn suggestions_for_many_unknown_names_end() {
    let step = |n: usize| json!({ "id": format!("{n:0>100}"), "skill_id": "s", "depends_on": [format!("{n:1>100}")] });
    let value = json!({ "id": "w", "steps": (0..3_000).map(step).collect::<Vec<_>>() });
    assert_eq!(check_value(&value).unwrap_err().len(), 3_000);
}

#[test]
fn data_of_any_depth_is_refused_and_not_descended_into() {
    let nested = (0..200_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let mut value = json!({ "id": "w", "steps": [] });
    value.as_object_mut().unwrap().insert("metadata".into(), nested);
    let value = std::mem::ManuallyDrop::new(value);
    let problems = check_value(&value).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code.as_str(), "LIMIT_EXCEEDED");
}

/// Any JSON value whose text YAML can hold unescaped as well.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |float| float.is_finite().then(|| float.into())),
        "[ -~é\u{1f600}\n\t]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[ -~é\n]{0,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Calls `visit` with every value in `value` and its JSON Pointer.
fn visit(value: &Value, pointer: &str, visit_one: &mut impl FnMut(&str, &Value)) {
    visit_one(pointer, value);
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &format!("{pointer}/{index}"), visit_one);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                visit(member, &format!("{pointer}/{name}"), visit_one);
            }
        }
        _ => {}
    }
}

/// Changes to a text: at a place, this many characters are replaced by a token.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, &'static str)>> {
    let tokens = vec![
        "",
        " ",
        "\n",
        "\n  ",
        "\t",
        ":",
        ": ",
        "- ",
        "? ",
        ",",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "&a ",
        "*a",
        "*first",
        "!x ",
        "!!str ",
        "|",
        ">",
        "#",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "<<: *first",
        "${",
        "}",
        "$${",
        "id: x\n",
        "\"id\": 1,",
        "0x",
        "1e999",
        ".nan",
        "\\ud800",
        "\\",
        "\u{feff}",
        "\0",
        "é",
        "\u{1f600}",
        "\u{85}",
        "\u{2028}",
        "\r",
    ];
    let edit = (
        any::<prop::sample::Index>(),
        0..12_usize,
        prop::sample::select(tokens),
    );
    prop::collection::vec(edit, 1..6)
}

proptest! {
    #[test]
    fn any_bytes_end_in_problems_or_a_plan(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn any_text_of_the_letters_of_yaml_ends_in_problems_or_a_plan(text in "[a\\-:?,\\[\\]{}&*!|>'\"%#@ \n\t~<$é0.\\\\]{0,60}") {
        check(text.as_bytes());
    }

    #[test]
    fn changed_workflows_end_in_problems_or_a_plan(json in any::<bool>(), edits in edits()) {
        let mut text: Vec<char> = if json { JSON } else { YAML }.chars().collect();
        for (place, n_removed, token) in edits {
            let start = place.index(text.len() + 1);
            let end = (start + n_removed).min(text.len());
            text.splice(start..end, token.chars());
        }
        check(text.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn json_means_the_same_in_both_formats_and_stands_where_it_says(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let expect: Value = serde_json::from_str(&text).unwrap();
        for format in [Format::Json, Format::Yaml] {
            let document = Document::parse(&text, format).unwrap();
            prop_assert_eq!(document.value(), &expect);
            let mut wrong = Vec::new();
            visit(&expect, "", &mut |pointer, value| {
                let place = document.locate(pointer).unwrap();
                if serde_json::from_str::<Value>(&text[place.start..place.end]).ok().as_ref() != Some(value) {
                    wrong.push((pointer.to_owned(), place));
                }
            });
            prop_assert_eq!(wrong, Vec::new());
        }
    }
}

#[test]
fn the_workflows_that_are_changed_are_valid() {
    for (text, format) in [(YAML, Format::Yaml), (JSON, Format::Json)] {
        let plan = check_text(text, format).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(plan.len(), 2);
    }
}
