//! `report.json`, for programs.

use serde::Serialize;

use super::REPORT_FORMAT;
use crate::{
    compare::Difference,
    corpus::{CaseOutcome, CheckReport},
};

#[derive(Serialize)]
struct Report<'a> {
    format: &'a str,
    verdict: &'a str,
    exit_code: u8,
    cases: Vec<Case<'a>>,
    strays: Vec<Stray<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    golden: String,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    differences: &'a [Difference],
}

#[derive(Serialize)]
struct Stray<'a> {
    path: String,
    reason: &'a str,
}

pub(super) fn render(report: &CheckReport) -> String {
    let verdict = report.verdict();
    let cases = report.cases.iter().map(|case| Case {
        name: &case.name,
        golden: case.golden.display().to_string(),
        outcome: match &case.outcome {
            CaseOutcome::Equal => "equal",
            CaseOutcome::Different { .. } => "different",
            CaseOutcome::Missing => "missing",
            CaseOutcome::Damaged(_) => "damaged",
            CaseOutcome::Secret(_) => "secret",
            CaseOutcome::Failed(_) => "failed",
        },
        reason: case.outcome.reason(),
        differences: match &case.outcome {
            CaseOutcome::Different { differences, .. } => differences,
            _ => &[],
        },
    });
    let strays = report.strays.iter().map(|stray| Stray {
        path: stray.path.display().to_string(),
        reason: stray.reason,
    });
    let report = Report {
        format: REPORT_FORMAT,
        verdict: verdict.as_str(),
        exit_code: verdict.exit_code(),
        cases: cases.collect(),
        strays: strays.collect(),
    };
    #[expect(
        clippy::expect_used,
        reason = "the report holds text, numbers and JSON values only"
    )]
    let mut text = serde_json::to_string_pretty(&report).expect("reports are JSON");
    text.push('\n');
    text
}
