//! What is signed but not a golden is named exactly.

use std::fs;

use aos_golden::{Damage, load_unverified};
use serde_json::json;

use crate::support::{Run, folder_with};

/// Damage that only somebody with the key can do: the signature is good, and the content is not a golden.
#[track_caller]
fn check_content(change: impl Fn(&str) -> String, expect: fn(&Damage) -> bool) {
    let (folder, path) = folder_with(&Run::new("r1", [json!({ "a": 1 }), json!(2)]));
    let changed = change(&fs::read_to_string(&path).unwrap());
    fs::write(&path, changed).unwrap();
    let error = load_unverified(&path).unwrap_err();
    assert!(error.damage().is_some_and(expect), "{error}");
    drop(folder);
}

#[test]
fn what_is_not_a_golden_is_named_exactly() {
    let replace = |from: &'static str, to: &'static str| {
        move |text: &str| {
            assert!(text.contains(from), "{from} is not in {text}");
            text.replacen(from, to, 1)
        }
    };
    let without_line = |line: usize| {
        move |text: &str| {
            let lines = text
                .split_inclusive('\n')
                .enumerate()
                .filter(|(index, _)| *index != line);
            lines.map(|(_, line)| line).collect::<String>()
        }
    };
    check_content(replace("{", "{ "), |d| {
        *d == Damage::NotCanonical { line: 1, column: 2 }
    });
    check_content(replace("\"a\":1", "\"a\":1.0"), |d| {
        matches!(d, Damage::NotCanonical { line: 2, .. })
    });
    check_content(replace("\"a\":1", "\"a\":1,\"a\":1"), |d| {
        matches!(d, Damage::NotCanonical { line: 2, .. })
    });
    check_content(replace("\"a\":1", "\"a\":"), |d| {
        matches!(d, Damage::NotJson { line: 2, .. })
    });
    check_content(replace("\"index\":0", "\"index\":1"), |d| {
        *d == Damage::StepOrder {
            line: 2,
            expected: 0,
            found: 1,
        }
    });
    check_content(replace("\"step_id\":\"s1\"", "\"step_id\":\"s0\""), |d| {
        matches!(d, Damage::DuplicateStep { line: 3, .. })
    });
    check_content(replace("\"retries\":0", "\"retries\":0,\"rex\":0"), |d| {
        matches!(d, Damage::MalformedEvent { line: 2, .. })
    });
    check_content(replace("\"status\":\"completed\"", "\"status\":\"done\""), |d| {
        matches!(d, Damage::MalformedEvent { line: 2, .. })
    });
    check_content(replace("\"event\":\"step\"", "\"event\":\"stop\""), |d| {
        matches!(d, Damage::MalformedEvent { line: 2, .. })
    });
    check_content(
        replace(
            "\"cost_micro_cents\":0",
            "\"cost_micro_cents\":18446744073709551615",
        ),
        |d| matches!(d, Damage::MalformedEvent { line: 2, .. }),
    );
    check_content(replace("aos-golden/1", "aos-golden/2"), |d| {
        *d == Damage::UnsupportedFormat("aos-golden/2".into())
    });
    check_content(replace("\"skill_id\":\"echo\"", "\"skill_id\":\"ecco\""), |d| {
        *d == Damage::SpecHash
    });
    check_content(without_line(0), |d| *d == Damage::NoStart);
    check_content(without_line(1), |d| {
        *d == Damage::StepOrder {
            line: 2,
            expected: 0,
            found: 1,
        }
    });
    check_content(without_line(3), |d| *d == Damage::NoEnd);
    check_content(|_| String::new(), |d| *d == Damage::NoStart);
    check_content(
        |_| "[1]\n".into(),
        |d| matches!(d, Damage::MalformedEvent { line: 1, .. }),
    );
    check_content(|text| text.repeat(2), |d| *d == Damage::AfterEnd { line: 5 });
    check_content(
        |text| format!("{text}\n"),
        |d| matches!(d, Damage::NotJson { line: 5, .. }),
    );
    check_content(
        |text| text.trim_end().into(),
        |d| *d == Damage::TornLine { line: 4 },
    );
    let start_again = |text: &str| {
        let start = text.split_inclusive('\n').next().unwrap();
        text.replacen(start, &start.repeat(2), 1)
    };
    check_content(start_again, |d| {
        matches!(d, Damage::MalformedEvent { line: 2, .. })
    });
    let long = |text: &str| text.replacen("\"a\":1", &format!("\"a\":\"{}\"", "a".repeat(33 << 20)), 1);
    check_content(long, |d| *d == Damage::LineTooLong { line: 2 });
}
