//! Reports for other programs.

use aos_sandbox::{PlannerSandbox, SandboxReport, render};
use aos_spec::source::{Document, Format};
use serde_json::{Value, json};

fn report() -> SandboxReport {
    PlannerSandbox::default().validate(&json!({ "description": "{{ name }}", "steps": [
        { "id": "a", "skill_id": "rm_rf", "inputs": { "x": "' OR 1=1 --\n::error::forged" } },
    ]}))
}

#[test]
fn sarif_names_rules_and_places() {
    let sarif = render::to_sarif(&report(), "plans/p.json", None);
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert_eq!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "plans/p.json"
        );
        assert!(
            result["partialFingerprints"]["aosFinding/v1"]
                .as_str()
                .is_some_and(|print| !print.is_empty())
        );
    }
    assert_eq!(results[0]["level"], "error");
    assert_eq!(
        results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
        "/steps/0/skill_id"
    );
    assert_eq!(results[2]["level"], "warning");
}

/// A plan as text, with mistakes in a key, behind an escape, in a block of text, and in a plain place.
const TEXT: &str = r#"{
  "id": "p",
  "steps": [
    { "id": "é", "skill_id": "rm_rf", "inputs": { "x' OR '1'='1": 1,
      "note": "ä\n'; DROP TABLE users; --" } }
  ]
}
"#;

const YAML: &str = "\
id: p
steps:
  - id: a
    skill_id: echo
    inputs:
      text: |
        first line
        now; rm -rf /
";

fn places(text: &str, format: Format) -> Vec<(String, usize, usize)> {
    let document = Document::parse(text, format).expect("a document");
    let report = PlannerSandbox::default().validate(document.value());
    let findings = report.violations.iter();
    findings
        .map(|finding| {
            let place = render::locate(finding, &document).expect("a place");
            let shown = document.text()[place.start..place.end].to_owned();
            (shown, place.line, place.column)
        })
        .collect()
}

#[test]
fn findings_are_placed_in_the_text_as_exactly_as_can_be_told() {
    let place = |text: &str, line, column| (text.to_owned(), line, column);
    assert_eq!(
        places(TEXT, Format::Json),
        [
            place("\"é\"", 4, 13),
            place("\"rm_rf\"", 4, 30),
            place("; DROP TABLE users; --", 5, 20),
            place("' OR '1'='1", 4, 53),
        ]
    );
    assert_eq!(places(YAML, Format::Yaml), [place("; rm -rf /", 8, 12)]);
}

#[test]
fn sarif_keeps_to_the_standard() {
    let schema = include_str!("../data/sarif-2.1.0.subset.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("a schema");
    let validator = jsonschema::draft7::new(&schema).expect("a valid schema");
    let document = Document::parse(TEXT, Format::Json).expect("a document");
    let report = PlannerSandbox::default().validate(document.value());
    for (sarif, uri) in [
        (
            render::to_sarif(&report, "a plan/p#1.json", Some(&document)),
            "a%20plan/p%231.json",
        ),
        (
            render::to_sarif(&report, "/tmp/p.json", None),
            "file:///tmp/p.json",
        ),
        (
            render::to_sarif(
                &PlannerSandbox::default().validate(&json!({ "steps": [] })),
                "p",
                None,
            ),
            "",
        ),
    ] {
        let problems: Vec<_> = validator
            .iter_errors(&sarif)
            .map(|error| error.to_string())
            .collect();
        assert!(problems.is_empty(), "{problems:?}: {sarif:#}");
        let first = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(first["artifactLocation"]["uri"].as_str().unwrap_or_default(), uri);
    }
    let sarif = render::to_sarif(&report, "p.json", Some(&document));
    let region = &sarif["runs"][0]["results"][3]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        region,
        &json!({ "startLine": 4, "startColumn": 53, "endLine": 4, "endColumn": 64,
                 "byteOffset": 81, "byteLength": 11 })
    );
    let mut misspelt = sarif.clone();
    misspelt["runs"][0]["results"][0]["levle"] = json!("error");
    assert!(
        !validator.is_valid(&misspelt),
        "the schema refuses what it does not know"
    );
}

#[test]
fn annotations_cannot_be_forged() {
    let lines = render::to_github(&report(), "plans/p.json", None);
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(
        lines
            .lines()
            .all(|line| line.starts_with("::error file=plans/p.json,")
                || line.starts_with("::warning file=plans/p.json,"))
    );
}

#[test]
fn fingerprints_are_stable_and_distinct() {
    let (first, second) = (report(), report());
    let prints: Vec<_> = first
        .findings()
        .map(|finding| finding.fingerprint.clone())
        .collect();
    assert_eq!(
        prints,
        second
            .findings()
            .map(|finding| finding.fingerprint.clone())
            .collect::<Vec<_>>()
    );
    let mut unique = prints.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), prints.len());
}
