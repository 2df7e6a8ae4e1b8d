//! References: how they are written, and what they become.

use std::collections::BTreeMap;

use aos_spec::{
    ErrorCode, StepId, limits,
    reference::{Reference, ResolveError, Resolver, Segment, Template},
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Outputs by step; a step without one has failed under `on_error: continue`.
struct Outputs {
    inputs: Value,
    outputs: BTreeMap<&'static str, Value>,
}

impl Resolver for Outputs {
    fn inputs(&self) -> &Value {
        &self.inputs
    }

    fn output(&self, step: &StepId) -> Option<&Value> {
        self.outputs.get(step.as_str())
    }
}

fn outputs() -> Outputs {
    let fetch = json!({
        "status": 200, "ok": true, "none": null, "ratio": 0.5, "whole": 3.0, "body": "hi ${inputs.n} $${x}",
        "items": [{ "a b": 1 }, [10, 20]], "0": "zero", "": "empty", "q\"]}": "odd", "é": "ü",
    });
    Outputs {
        inputs: json!({ "n": 7, "list": ["x"] }),
        outputs: BTreeMap::from([("fetch", fetch), ("a-b_c", json!([1, 2]))]),
    }
}

fn resolve(template: &Value) -> Result<Value, ResolveError> {
    Template::parse(template, "").unwrap().resolve(&outputs())
}

#[track_caller]
fn check(template: impl Into<Value>, expect: impl Into<Value>) {
    assert_eq!(resolve(&template.into()).unwrap(), expect.into());
}

#[track_caller]
fn check_missing(template: &str, expect: &str) {
    let error = resolve(&template.into()).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.code()),
        (expect, ErrorCode::InvalidReference)
    );
}

/// Checks that `text` holds malformed references, whose reasons are `expect`.
#[track_caller]
fn check_malformed(text: &str, expect: &[&str]) {
    let errors = Template::parse(&json!({ "a/b": [text] }), "/steps/3/inputs").unwrap_err();
    let reasons: Vec<_> = errors
        .iter()
        .map(|(pointer, error)| {
            assert_eq!(pointer, "/steps/3/inputs/a~1b/0");
            assert_eq!(error.code(), ErrorCode::InvalidReference);
            error.to_string().rsplit_once("`: ").unwrap().1.to_owned()
        })
        .collect();
    assert_eq!(reasons, expect, "{text}");
}

/// Returns the references in `text` as they are written.
fn references(text: &str) -> Vec<String> {
    let template = Template::parse(&text.into(), "").unwrap();
    let mut found = Vec::new();
    template.visit_references("", |_, reference| found.push(reference.to_string()));
    found
}

#[test]
fn a_string_that_is_one_reference_takes_the_value_with_its_type() {
    check("${fetch.status}", 200);
    check("${fetch.ok}", true);
    check("${fetch.none}", Value::Null);
    check("${fetch.ratio}", 0.5);
    check("${fetch.items}", json!([{ "a b": 1 }, [10, 20]]));
    check("${inputs.n}", 7);
    check("${inputs}", json!({ "n": 7, "list": ["x"] }));
    check("${a-b_c}", json!([1, 2]));
}

#[test]
fn in_a_longer_string_values_are_written_into_the_text() {
    check("status ${fetch.status}!", "status 200!");
    check("${fetch.status}${fetch.ok}", "200true");
    check(" ${fetch.none}", " null");
    check("${fetch.whole} ", "3 ");
    check("<${inputs.list}>", "<[\"x\"]>");
    check("-${fetch.items[0]}", "-{\"a b\":1}");
}

#[test]
fn references_are_found_at_any_depth() {
    check(
        json!({ "a": [{ "b": "${inputs.n}", "c": 1 }, "x${inputs.n}"], "${inputs.n}": true }),
        json!({ "a": [{ "b": 7, "c": 1 }, "x7"], "${inputs.n}": true }),
    );
}

#[test]
fn elements_of_lists_are_selected_by_number() {
    check("${fetch.items[1][0]}", 10);
    check("${fetch.items.1.1}", 20);
    check("${fetch.items[\"1\"]}", json!([10, 20]));
    // In an object digits are a name.
    check("${fetch.0}", "zero");
}

#[test]
fn quoted_names_can_be_any_text() {
    check("${fetch.items[0][\"a b\"]}", 1);
    check("${fetch[\"\"]}", "empty");
    check(r#"${fetch["q\"]}"]}"#, "odd");
    check(r#"${fetch["\u00e9"]} and ${fetch["é"]}"#, "ü and ü");
}

#[test]
fn an_escaped_reference_is_literal_text() {
    check("$${fetch.status}", "${fetch.status}");
    check("a $${ b", "a ${ b");
    check("$$${inputs.n}", "$${inputs.n}");
    check(json!(["$${x}", "${inputs.n}"]), json!(["${x}", 7]));
}

#[test]
fn dollars_and_braces_alone_are_plain_text() {
    for text in [
        "$",
        "$5",
        "$$",
        "{}",
        "$ {a}",
        "}${".trim_end_matches("${"),
        "100$",
        "{{x}}",
        "$(ls)",
        "#{x}",
    ] {
        check(text, text);
    }
}

#[test]
fn values_that_came_from_a_reference_are_never_parsed_again() {
    check("${fetch.body}", "hi ${inputs.n} $${x}");
    check("<${fetch.body}>", "<hi ${inputs.n} $${x}>");
}

#[test]
fn references_into_a_failed_step_are_null() {
    check("${failed}", Value::Null);
    check("${failed.a[0].b}", Value::Null);
    check("[${failed.a}]", "[null]");
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_that_names_what_is_there() {
    check_missing(
        "${fetch.items[2]}",
        "`${fetch.items[2]}` leads nowhere: there is no element 2 in a list of 2",
    );
    check_missing(
        "x ${inputs.m}",
        "`${inputs.m}` leads nowhere: there is no field `m` in an object with `list`, `n`",
    );
    check_missing(
        "${fetch.body.x}",
        "`${fetch.body.x}` leads nowhere: there is no field `x` in a string",
    );
    check_missing(
        "${fetch[0]}",
        "`${fetch[0]}` leads nowhere: there is no element 0 in an object with ``, `0`, `body`, `items`, `none`, `ok`, \
         `q\\\"]}`, `ratio`, …",
    );
    for text in [
        "${fetch.items.-1}",
        "${fetch.items[\"+1\"]}",
        "${fetch.items[\"\"]}",
        "${fetch.none.a}",
    ] {
        assert!(
            matches!(resolve(&text.into()), Err(ResolveError::Missing { .. })),
            "{text}"
        );
    }
}

#[test]
fn malformed_references_are_refused() {
    let closing = "the closing `}` is missing";
    let root = "a step id or `inputs` must follow `${`; write `$${` for a literal `${`";
    check_malformed("${", &[closing]);
    check_malformed("${a", &[closing]);
    check_malformed("${a.b", &[closing]);
    check_malformed("${}", &[root]);
    check_malformed("${ a }", &[root]);
    check_malformed("${é}", &[root]);
    check_malformed("${-a}", &["this is not a step id"]);
    check_malformed("${a b}", &["expected `.`, `[` or `}`"]);
    check_malformed(
        "${a.}",
        &["a field name must follow `.`; write `[\"…\"]` for other names"],
    );
    check_malformed("${a[]}", &["an index is a number from 0, or a quoted name"]);
    check_malformed("${a[-1]}", &["an index is a number from 0, or a quoted name"]);
    check_malformed("${a[1}", &["`]` must follow the index"]);
    check_malformed("${a[99999999999999999999]}", &["the index is too large"]);
    check_malformed("${a[\"x}", &["the quoted name is not a JSON string"]);
    check_malformed("${a[\"\\x\"]}", &["the quoted name is not a JSON string"]);
    check_malformed("${a[\"x\"}", &["`]` must follow the quoted name"]);
}

#[test]
fn every_malformed_reference_of_a_string_is_reported() {
    check_malformed(
        "${} ${a} ${b c} $${d ${",
        &[
            "a step id or `inputs` must follow `${`; write `$${` for a literal `${`",
            "expected `.`, `[` or `}`",
            "the closing `}` is missing",
        ],
    );
}

#[test]
fn paths_have_a_greatest_length() {
    let path = |n: usize| format!("${{a{}}}", ".b".repeat(n));
    assert_eq!(references(&path(limits::MAX_REFERENCE_DEPTH)).len(), 1);
    check_malformed(
        &path(limits::MAX_REFERENCE_DEPTH + 1),
        &["the path has too many parts"],
    );
    check_malformed(&path(100_000), &["the path has too many parts"]);
}

#[test]
fn templates_of_any_depth_are_refused_and_not_descended_into() {
    let nested = |depth: usize| (0..depth).fold(json!("${a}"), |inner, _| Value::Array(vec![inner]));
    assert!(Template::parse(&nested(limits::MAX_NESTING), "").is_ok());
    let deep = std::mem::ManuallyDrop::new(nested(200_000));
    for value in [&nested(limits::MAX_NESTING + 1), &*deep] {
        let errors = Template::parse(value, "").unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].1.code(), ErrorCode::LimitExceeded);
    }
}

#[test]
fn resolved_values_cannot_be_nested_too_deeply() {
    let half = limits::MAX_NESTING / 2;
    let nested = |depth: usize, inner: &str| (0..depth).fold(json!(inner), |inner, _| json!([inner]));
    let mut resolver = outputs();
    resolver.inputs = json!({ "fits": nested(half, "x"), "deep": nested(half + 1, "x") });
    let resolve = |inner| {
        Template::parse(&nested(half, inner), "")
            .unwrap()
            .resolve(&resolver)
    };
    assert_eq!(resolve("${inputs.fits}").unwrap(), nested(2 * half, "x"));
    assert_eq!(resolve("${inputs.deep}"), Err(ResolveError::TooDeep));
    assert_eq!(resolve("${inputs}"), Err(ResolveError::TooDeep));
    // Written into a text, a value nests nothing.
    assert!(resolve("<${inputs.deep}>").is_ok());
}

#[test]
fn resolved_values_cannot_be_too_large() {
    let mut resolver = outputs();
    resolver.inputs = json!({ "big": "x".repeat(limits::MAX_RESOLVED_INPUT_BYTES / 4) });
    let resolve = |n: usize, text: &str| {
        Template::parse(&json!(vec![text; n]), "")
            .unwrap()
            .resolve(&resolver)
    };
    for text in ["${inputs.big}", "<${inputs.big}>"] {
        assert!(resolve(4, text).is_ok());
        assert_eq!(resolve(5, text), Err(ResolveError::TooLarge));
    }
}

fn any_reference() -> impl Strategy<Value = Reference> {
    let step = prop::option::of("[A-Za-z0-9_][A-Za-z0-9_-]{0,9}");
    let segment = prop_oneof![
        any::<usize>().prop_map(Segment::Index),
        any::<String>().prop_map(Segment::Name),
        "[a-z0-9_-]{1,5}".prop_map(Segment::Name),
    ];
    (step, prop::collection::vec(segment, 0..6)).prop_map(|(step, path)| Reference {
        step: step
            .filter(|step| step != "inputs")
            .map(|step| step.parse().unwrap()),
        path,
    })
}

proptest! {
    #[test]
    fn a_reference_reads_back_as_it_is_written(reference in any_reference(), around in "[^$]{0,5}") {
        let template = Template::parse(&json!(format!("{around}{reference}{around}")), "").unwrap();
        let mut found = Vec::new();
        template.visit_references("", |_, reference| found.push(reference.clone()));
        prop_assert_eq!(found, [reference]);
    }

    #[test]
    fn text_with_every_opening_escaped_resolves_to_itself(text in "[${}a.\\[\\]\"]{0,20}") {
        let escaped = text.replace("${", "$${");
        prop_assume!(!text.contains("$${"));
        prop_assert_eq!(resolve(&json!(escaped)).unwrap(), json!(text));
    }

    #[test]
    fn any_text_is_parsed_without_panic(text in "[${}\\[\\]\".a0é\\\\ -]{0,40}") {
        match Template::parse(&json!(text), "") {
            Ok(template) => drop(template.resolve(&outputs())),
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
