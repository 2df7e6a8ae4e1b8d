//! What a check found is written for people and programs.

use std::fs;

use aos_golden::corpus::report;
use serde_json::{Value, json};

use crate::corpus::Folder;

#[test]
fn a_report_has_every_form_and_escapes_what_it_shows() {
    let mut folder = Folder::accepted();
    folder
        .outputs
        .insert("first".into(), json!({ "a": "<b>&\"'`\u{1}`` ]]>" }));
    fs::write(folder.path("x&y.steps.jsonl"), "").unwrap();
    let found = folder.check();
    let target = folder.path("target/report");
    report::write_report(&found, &target).unwrap();
    report::write_report(&found, &target).unwrap();
    let read = |name: &str| fs::read_to_string(target.join(name)).unwrap();

    let parsed: Value = serde_json::from_str(&read("report.json")).unwrap();
    assert_eq!(parsed["format"], report::REPORT_FORMAT);
    assert_eq!(
        (&parsed["verdict"], &parsed["exit_code"]),
        (&json!("incomplete"), &json!(3))
    );
    assert_eq!(parsed["cases"][0]["outcome"], "different");
    let difference = &parsed["cases"][0]["differences"][0];
    assert_eq!(
        *difference,
        json!({
            "kind": "type_changed", "pointer": "/1/output/a", "step_id": "s0", "expected": 1,
            "actual": "<b>&\"'`\u{1}`` ]]>",
        })
    );
    assert_eq!(
        parsed["cases"][1],
        json!({
            "name": "second", "golden": folder.path("more/second.steps.jsonl").to_str(), "outcome": "equal", "differences": [],
        })
    );
    assert_eq!(
        parsed["strays"][0]["path"],
        *folder.path("x&y.steps.jsonl").to_str().unwrap()
    );

    let summary = read("summary.md");
    assert!(
        summary.starts_with("## Goldens: incomplete\n\n1 of 2 cases are equal.\n\n### `first`\n"),
        "{summary}"
    );
    assert!(
        summary.contains("``` step `s0`, `/1/output/a`: another type"),
        "{summary}"
    );
    assert_eq!(summary, report::to_markdown(&found));
    let junit = read("junit.xml");
    assert!(
        junit.contains("<testsuites name=\"goldens\" tests=\"3\" failures=\"2\" errors=\"0\">"),
        "{junit}"
    );
    assert!(junit.contains("<testcase classname=\"goldens\" name=\"second\"/>"));
    let page = read("index.html");
    for text in [&junit, &page] {
        assert!(
            !text.contains("<b>&") && !text.contains('\u{1}') && text.contains("x&amp;y"),
            "{text}"
        );
    }
    assert!(
        !page.contains("<script") && !page.contains("http"),
        "self-contained"
    );
    assert!(read("actual/first.steps.jsonl").contains("]]>"));
    assert_eq!(
        fs::read(target.join("expected/first.steps.jsonl")).unwrap(),
        fs::read(folder.path("first.steps.jsonl")).unwrap()
    );
    assert!(!target.join("actual/second.steps.jsonl").exists());
}
