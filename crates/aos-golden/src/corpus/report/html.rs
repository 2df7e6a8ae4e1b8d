//! `index.html`: one page that needs no network and no scripts.

use serde_json::Value;

use super::{MAX_SHOWN, escape};
use crate::{
    compare::Difference,
    corpus::{CaseOutcome, CaseReport, CheckReport},
};

const STYLE: &str = "\
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #1b1f24; }
h1 b { text-transform: uppercase; font-size: 0.7em; padding: 0.1em 0.5em; border-radius: 0.3em; background: #fbe3e4; }
h1 b.equal { background: #d9f2df; }
details { border: 1px solid #d0d7de; border-radius: 0.4em; margin: 0.6em 0; padding: 0.4em 0.8em; }
summary { cursor: pointer; } summary span { color: #57606a; }
table { border-collapse: collapse; width: 100%; margin: 0.6em 0; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: 0.3em 0.5em; border-top: 1px solid #d0d7de; overflow-wrap: anywhere; }
code, pre { font: 13px/1.4 ui-monospace, monospace; white-space: pre-wrap; margin: 0; }
td.expected { background: #fff5f5; } td.actual { background: #f2fbf4; }
";

pub(super) fn render(report: &CheckReport) -> String {
    let verdict = report.verdict();
    let cases: String = report.cases.iter().map(render_case).collect();
    let strays: String = report
        .strays
        .iter()
        .map(|stray| {
            let path = escape(&stray.path.display().to_string());
            format!("<li><code>{path}</code>: {}</li>\n", stray.reason)
        })
        .collect();
    let strays = if strays.is_empty() {
        strays
    } else {
        format!("<h2>Files that belong to no case</h2>\n<ul>\n{strays}</ul>\n")
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Goldens: {verdict}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>Goldens <b class=\"{verdict}\">{verdict}</b></h1>\n\
         {cases}{strays}</body>\n</html>\n"
    )
}

fn render_case(case: &CaseReport) -> String {
    let verdict = case.outcome.verdict();
    let open = if case.outcome.reason().is_some() {
        " open"
    } else {
        ""
    };
    let body = match &case.outcome {
        CaseOutcome::Different { differences, .. } => render_differences(differences),
        outcome => outcome
            .reason()
            .map_or_else(String::new, |reason| format!("<p>{}</p>\n", escape(&reason))),
    };
    format!(
        "<details{open}><summary><code>{}</code> <span>{verdict}</span></summary>\n{body}</details>\n",
        escape(&case.name)
    )
}

fn render_differences(differences: &[Difference]) -> String {
    let rows: String = differences
        .iter()
        .take(MAX_SHOWN)
        .map(render_difference)
        .collect();
    let more = match differences.len().saturating_sub(MAX_SHOWN) {
        0 => String::new(),
        more => format!("<p>and {more} more</p>\n"),
    };
    format!(
        "<table>\n<tr><th>place</th><th>difference</th><th>expected</th><th>found</th></tr>\n{rows}</table>\n{more}"
    )
}

fn render_difference(difference: &Difference) -> String {
    let step = difference
        .step_id
        .as_ref()
        .map_or_else(String::new, |step_id| format!("<br>step {step_id}"));
    let cell = |class: &str, value: Option<&Value>| {
        let text = value.map(|value| serde_json::to_string_pretty(value).unwrap_or_default());
        format!(
            "<td class=\"{class}\"><pre>{}</pre></td>",
            escape(&text.unwrap_or_default())
        )
    };
    format!(
        "<tr><td><code>{}</code>{step}</td><td>{}</td>{}{}</tr>\n",
        escape(&difference.pointer),
        difference.kind.as_str(),
        cell("expected", difference.expected.as_ref()),
        cell("actual", difference.actual.as_ref()),
    )
}
