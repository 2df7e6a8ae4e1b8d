//! Workflow commands of GitHub Actions, which become annotations.

use crate::{SandboxReport, rules::Level};

/// Returns one line for each finding of `report`, about the file `path`.
#[must_use]
pub fn to_github(report: &SandboxReport, path: &str) -> String {
    let mut lines = String::new();
    for finding in report.findings() {
        let command = match finding.level {
            Level::Violation => "error",
            Level::Warning => "warning",
        };
        let title = property(finding.rule_id.id());
        let message = data(&format!(
            "{} at {}: {}",
            finding.message, finding.pointer, finding.fix
        ));
        lines.push_str(&format!(
            "::{command} file={},title={title}::{message}\n",
            property(path)
        ));
    }
    lines
}

/// Escapes the text of a command, so that a finding cannot begin a command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
