//! `summary.md`, for the page of a build.

use std::fmt::Write;

use super::MAX_SHOWN;
use crate::corpus::{CaseOutcome, CheckReport, Verdict};

pub(super) fn render(report: &CheckReport) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write(report, &mut page);
    page
}

fn write(report: &CheckReport, page: &mut String) -> std::fmt::Result {
    let verdict = report.verdict();
    let n_equal = report
        .cases
        .iter()
        .filter(|case| case.outcome.verdict() == Verdict::Equal)
        .count();
    writeln!(
        page,
        "## Goldens: {verdict}\n\n{n_equal} of {} cases are equal.",
        report.cases.len()
    )?;
    for case in &report.cases {
        let Some(reason) = case.outcome.reason() else {
            continue;
        };
        writeln!(page, "\n### `{}`\n", case.name)?;
        let CaseOutcome::Different { differences, .. } = &case.outcome else {
            writeln!(page, "{}", code(&reason))?;
            continue;
        };
        for difference in differences.iter().take(MAX_SHOWN) {
            writeln!(page, "- {}", code(&difference.to_string()))?;
        }
        if differences.len() > MAX_SHOWN {
            writeln!(page, "- and {} more", differences.len() - MAX_SHOWN)?;
        }
    }
    if !report.strays.is_empty() {
        writeln!(page, "\n### Files that belong to no case\n")?;
    }
    for stray in &report.strays {
        writeln!(
            page,
            "- {}: {}",
            code(&stray.path.display().to_string()),
            stray.reason
        )?;
    }
    if matches!(verdict, Verdict::Different | Verdict::Incomplete) {
        writeln!(
            page,
            "\nIf this is intended: `cargo xtask golden-regen --filter NAME`, look at the changes, then `cargo xtask golden-accept --filter NAME --reason \"…\"`."
        )?;
    }
    Ok(())
}

/// Returns `text` as code on one line, which nothing in it can end.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}
