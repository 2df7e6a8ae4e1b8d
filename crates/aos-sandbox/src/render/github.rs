//! Workflow commands of GitHub Actions, which become annotations.

use aos_spec::source::Document;

use super::locate;
use crate::{SandboxReport, rules::Level};

/// Returns one line for each finding of `report`, about the file `path` whose text is `document`.
#[must_use]
pub fn to_github(report: &SandboxReport, path: &str, document: Option<&Document>) -> String {
    let mut lines = String::new();
    for finding in report.findings() {
        let command = match finding.level {
            Level::Violation => "error",
            Level::Warning => "warning",
        };
        let title = property(finding.rule_id.id());
        let place = document
            .and_then(|document| locate(finding, document))
            .map_or_else(String::new, |place| {
                format!(",line={},col={}", place.line, place.column)
            });
        let message = data(&format!(
            "{} at {}: {}",
            finding.message, finding.pointer, finding.fix
        ));
        lines.push_str(&format!(
            "::{command} file={}{place},title={title}::{message}\n",
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
