//! Every difference has one name and one place.

use std::sync::Arc;

use aos_golden::{CompareOptions, Difference, DifferenceKind, Golden, RecorderOptions, compare_golden};
use aos_spec::Seed;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Run, TickingClock};

type Expected<'a> = &'a [(DifferenceKind, &'a str)];

use DifferenceKind::{
    Extra, LengthChanged, Missing, OrderChanged, SeedDrift, SpecDrift, TypeChanged, ValueChanged,
};

fn differences(actual: &Golden, expected: &Golden) -> Vec<Difference> {
    compare_golden(actual, expected, &CompareOptions::default()).unwrap()
}

#[track_caller]
fn check_goldens(actual: &Golden, expected: &Golden, expect: Expected<'_>) {
    let found = differences(actual, expected);
    let found: Vec<_> = found
        .iter()
        .map(|found| (found.kind, found.pointer.as_str()))
        .collect();
    assert_eq!(found, expect);
}

/// Compares two outputs of the step `s0`. The checkpoint hash, which differs as well, is taken away.
#[track_caller]
fn check(expected: Value, actual: Value, expect: Expected<'_>) {
    let golden = |output| Run::new("r1", [output]).golden();
    let mut found = differences(&golden(actual), &golden(expected));
    if let Some(last) = found.pop() {
        assert_eq!(last.pointer, "/2/checkpoint_hash");
    }
    let found: Vec<_> = found
        .iter()
        .map(|found| (found.kind, found.pointer.strip_prefix("/1/output").unwrap()))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn values_differ_by_presence_type_and_value() {
    check(json!({ "a": 1 }), json!({ "a": 1 }), &[]);
    check(json!({ "a": 1 }), json!({ "a": 2 }), &[(ValueChanged, "/a")]);
    check(json!({ "a": 1 }), json!({ "a": "1" }), &[(TypeChanged, "/a")]);
    check(json!({ "a": 1 }), json!({ "a": null }), &[(TypeChanged, "/a")]);
    check(json!({ "a": 1 }), json!({}), &[(Missing, "/a")]);
    check(json!({}), json!({ "a/b": { "~": 1 } }), &[(Extra, "/a~1b")]);
    check(
        json!({ "a/b": { "~": 1 } }),
        json!({ "a/b": { "~": 2 } }),
        &[(ValueChanged, "/a~1b/~0")],
    );
    check(
        json!({ "a": 1, "b": 2 }),
        json!({ "b": 3, "c": 4 }),
        &[(Missing, "/a"), (ValueChanged, "/b"), (Extra, "/c")],
    );
    check(json!(1), json!([1]), &[(TypeChanged, "")]);
}

#[test]
fn lists_differ_by_items_gaps_and_length() {
    check(json!([1, 2, 3]), json!([1, 5, 3]), &[(ValueChanged, "/1")]);
    check(json!([1, 2, 3]), json!([1, 3]), &[(Missing, "/1")]);
    check(json!([1, 2]), json!([]), &[(Missing, "/0"), (Missing, "/1")]);
    check(json!([1, 3]), json!([1, 2, 3]), &[(Extra, "/1")]);
    check(json!([1, 1]), json!([1, 1, 1]), &[(Extra, "/2")]);
    check(
        json!([1, 2, 3, 4]),
        json!([1, 5, 4]),
        &[(LengthChanged, ""), (ValueChanged, "/1")],
    );
}

#[test]
fn objects_with_ids_are_matched_wherever_they_stand() {
    let (a, b, c) = (
        json!({ "id": "a", "n": 1 }),
        json!({ "id": "b", "n": 2 }),
        json!({ "id": "c", "n": 3 }),
    );
    let b2 = json!({ "id": "b", "n": 9 });
    check(json!([a, b, c]), json!([a, b2, c]), &[(ValueChanged, "/1/n")]);
    check(
        json!([a, b, c]),
        json!([b2, c]),
        &[(Missing, "/0"), (ValueChanged, "/1/n")],
    );
    check(json!([a, c]), json!([a, b, c]), &[(Extra, "/1")]);
    check(json!([a, b]), json!([b, a]), &[(OrderChanged, "")]);
    check(
        json!([a, a]),
        json!([a, b]),
        &[(ValueChanged, "/1/id"), (ValueChanged, "/1/n")],
    );
}

#[test]
fn a_moment_may_differ_and_a_field_of_its_name_may_not() {
    let timed = |output: Value, millis: i64| {
        let clock = TickingClock(millis.into());
        let options = RecorderOptions::new().with_clock(Arc::new(clock));
        Run::new("r1", [output]).golden_with(options).unwrap()
    };
    let (one, two) = (timed(json!({ "ts": 1 }), 0), timed(json!({ "ts": 1 }), 99_000));
    check_goldens(&one, &two, &[]);
    let mut strict = CompareOptions::default();
    strict.ignore_timestamps = false;
    let found = compare_golden(&one, &two, &strict).unwrap();
    assert_eq!(
        found
            .iter()
            .map(|found| found.pointer.as_str())
            .collect::<Vec<_>>(),
        ["/0/ts", "/1/ts", "/2/ts"]
    );
    check(
        json!({ "ts": 1, "duration_ms": 1 }),
        json!({ "ts": 2, "duration_ms": 2 }),
        &[(ValueChanged, "/duration_ms"), (ValueChanged, "/ts")],
    );
}

#[test]
fn another_workflow_and_another_seed_are_all_that_is_reported() {
    let run = Run::with_everything("r1");
    let expected = run.golden();
    let mut other_seed = Run::new("r1", [json!("else")]);
    other_seed.start.header.seed = Seed(1);
    check_goldens(&other_seed.golden(), &expected, &[(SeedDrift, "/0/seed")]);
    let mut other_spec = other_seed.clone();
    other_spec.start.header.workflow_id = "other".parse().unwrap();
    check_goldens(
        &other_spec.golden(),
        &expected,
        &[(SpecDrift, "/0/spec_id"), (SeedDrift, "/0/seed")],
    );
}

#[test]
fn steps_are_matched_by_their_ids() {
    let golden = |ids: &[&str]| {
        let steps = ids.iter().map(|id| (*id, json!(id.to_uppercase())));
        Run::of_steps("r1", steps).golden()
    };
    let steps_only = |actual: &[&str], expected: &[&str]| -> Vec<(DifferenceKind, String)> {
        let found = differences(&golden(actual), &golden(expected)).into_iter();
        let found =
            found.filter(|found| !found.pointer.starts_with("/0") && !found.pointer.contains("_hash"));
        found
            .filter(|found| !found.pointer.contains("steps_"))
            .map(|found| (found.kind, found.pointer))
            .collect()
    };
    let owned = |expect: Expected<'_>| {
        expect
            .iter()
            .map(|(kind, at)| (*kind, (*at).to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(steps_only(&["a", "b", "c"], &["a", "b", "c"]), []);
    assert_eq!(
        steps_only(&["a", "c"], &["a", "b", "c"]),
        owned(&[(Missing, "/2")])
    );
    assert_eq!(
        steps_only(&["a", "x", "y", "b"], &["a", "b"]),
        owned(&[(Extra, "/2"), (Extra, "/3")])
    );
    assert_eq!(
        steps_only(&["x", "b"], &["a", "b"]),
        owned(&[(Missing, "/1"), (Extra, "/1")])
    );
    assert_eq!(steps_only(&["b", "a"], &["a", "b"]), owned(&[(OrderChanged, "")]));
    assert_eq!(
        steps_only(&["x", "c", "b"], &["b", "c"]),
        owned(&[(Extra, "/1"), (OrderChanged, "")])
    );
}

#[test]
fn differences_are_limited_in_number_and_size() {
    let outputs = |text: &str| {
        Value::from(
            (0..50)
                .map(|index| json!(format!("{text}{index}")))
                .collect::<Vec<_>>(),
        )
    };
    let (one, two) = (
        Run::new("r1", [outputs("a")]).golden(),
        Run::new("r1", [outputs("b")]).golden(),
    );
    let mut few = CompareOptions::default();
    few.max_differences = 7;
    assert_eq!(compare_golden(&one, &two, &few).unwrap().len(), 7);
    let large = |letter: &str| Run::new("r1", [json!(letter.repeat(1 << 20))]).golden();
    let found = differences(&large("a"), &large("b"));
    let expected = found[0].expected.as_ref().unwrap().as_str().unwrap();
    assert!(
        expected.starts_with("\"bbb") && expected.contains("1048578 bytes"),
        "{expected}"
    );
    assert!(found[0].to_string().len() < 500);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[ab]|id", inner, 0..3).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn values_differ_exactly_when_a_difference_is_found(expected in any_value(), actual in any_value()) {
        let golden = |output: &Value| Run::new("r1", [output.clone()]).golden();
        let found = differences(&golden(&actual), &golden(&expected));
        prop_assert_eq!(found.is_empty(), expected == actual, "{:?}", found);
        // Each place leads to what the difference says is there.
        let (expected, actual) = (json!([null, { "output": expected }]), json!([null, { "output": actual }]));
        for difference in found.iter().filter(|found| found.pointer.starts_with("/1/output")) {
            if matches!(difference.kind, ValueChanged | TypeChanged | Missing) {
                prop_assert_eq!(expected.pointer(&difference.pointer), difference.expected.as_ref());
            }
            if difference.kind == Extra {
                prop_assert_eq!(actual.pointer(&difference.pointer), difference.actual.as_ref());
            }
        }
    }
}
