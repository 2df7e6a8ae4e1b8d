//! SARIF 2.1.0, the part that code scanning reads.

use aos_spec::{check::Location, source::Document};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::locate;
use crate::{
    SandboxFinding, SandboxReport,
    rules::{self, Level, Rule, Severity},
};

/// Where the schema of the format stands.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What cannot stand in the path of a URI.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Returns `report`, about the file `path` whose text is `document`, as SARIF 2.1.0.
#[must_use]
pub fn to_sarif(report: &SandboxReport, path: &str, document: Option<&Document>) -> Value {
    let uri = uri(path);
    let used: Vec<Rule> = rules::all()
        .filter(|rule| report.findings().any(|finding| finding.rule_id == *rule))
        .collect();
    let results: Vec<Value> = report
        .findings()
        .map(|finding| {
            let index = used.iter().position(|rule| *rule == finding.rule_id);
            let place = document.and_then(|document| Some((locate(finding, document)?, document.text())));
            result(finding, &uri, place, index)
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "aos-sandbox",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": used.iter().map(|rule| describe(*rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "properties": { "rulesetHash": report.ruleset_hash.to_string() },
            "results": results,
        }],
    })
}

fn describe(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.message() },
        "help": { "text": rule.fix() },
        "defaultConfiguration": { "level": level(rule.level()) },
        "properties": {
            "category": rule.category().as_str(),
            "security-severity": match rule.severity() {
                Severity::Low => "3.0",
                Severity::Medium => "5.5",
                Severity::High => "8.0",
                Severity::Critical => "9.5",
            },
            "tags": ["security", format!("external/cwe/cwe-{}", rule.cwe()), rule.owasp()],
        },
    })
}

fn result(
    finding: &SandboxFinding,
    uri: &str,
    place: Option<(Location, &str)>,
    rule_index: Option<usize>,
) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri } },
        "logicalLocations": [{ "fullyQualifiedName": finding.pointer, "kind": "member" }],
    });
    if let Some((place, text)) = place {
        let end = Location::in_text(text, place.end, place.end);
        location["physicalLocation"]["region"] = json!({
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": end.line,
            "endColumn": end.column,
            "byteOffset": place.start,
            "byteLength": place.end - place.start,
        });
    }
    json!({
        "ruleId": finding.rule_id.id(),
        "ruleIndex": rule_index,
        "level": level(finding.level),
        "message": { "text": format!("{} ({})", finding.message, finding.fix) },
        "locations": [location],
        "partialFingerprints": { "aosFinding/v1": finding.fingerprint },
        "properties": {
            "step": finding.step_id,
            "skill": finding.skill_id,
            "excerpt": finding.excerpt,
            "span": finding.span,
            "decodeChain": finding.decode_chain,
        },
    })
}

/// Returns a reference to the file at `path`.
fn uri(path: &str) -> String {
    let path = utf8_percent_encode(&path.replace('\\', "/"), RESERVED).to_string();
    if path.starts_with('/') {
        format!("file://{path}")
    } else {
        path
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Violation => "error",
        Level::Warning => "warning",
    }
}
