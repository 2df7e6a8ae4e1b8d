//! What a check found, written for people and programs: a folder with `report.json`, `summary.md`, `junit.xml` and a page
//! `index.html` that needs nothing else, and for each difference the golden and what the run does now.

mod html;
mod json;
mod junit;
mod summary;

use std::{fs, path::Path};

use super::{CaseOutcome, CheckReport, io_error};
use crate::error::CorpusError;

/// The version of `report.json`.
pub const REPORT_FORMAT: &str = "aos-golden-report/1";

/// How many differences of one case pages for people show; `report.json` has all that were collected.
const MAX_SHOWN: usize = 20;

/// Writes everything into `folder`, which is created. What is there already of an earlier report is replaced.
///
/// # Errors
///
/// [`CorpusError::Io`] when a file cannot be written; [`CorpusError::Golden`] when a golden cannot be copied.
pub fn write_report(report: &CheckReport, folder: &Path) -> Result<(), CorpusError> {
    let copies = ["expected", "actual"].map(|name| folder.join(name));
    for folder in &copies {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(io_error(folder))?;
        }
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    let [expected, actual] = copies;
    for case in &report.cases {
        if let CaseOutcome::Different { actual: golden, .. } = &case.outcome {
            let name = format!("{}.steps.jsonl", case.name);
            golden.save_unsigned(&actual.join(&name))?;
            let copy = expected.join(&name);
            fs::copy(&case.golden, &copy).map_err(io_error(&copy))?;
        }
    }
    let files = [
        ("report.json", json::render(report)),
        ("summary.md", summary::render(report)),
        ("junit.xml", junit::render(report)),
        ("index.html", html::render(report)),
    ];
    for (name, content) in files {
        let path = folder.join(name);
        fs::write(&path, content).map_err(io_error(&path))?;
    }
    Ok(())
}

/// Returns the report as a page of Markdown.
#[must_use]
pub fn to_markdown(report: &CheckReport) -> String {
    summary::render(report)
}

/// Returns `text` as it stands in XML and HTML. Characters that XML does not have are replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
