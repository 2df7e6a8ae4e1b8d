//! Reports for other programs.

use aos_sandbox::{PlannerSandbox, SandboxReport, render};
use serde_json::json;

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
