//! `junit.xml`, for build systems: one test for each case, and one for the folder.

use super::escape;
use crate::corpus::{CaseOutcome, CheckReport, Verdict};

pub(super) fn render(report: &CheckReport) -> String {
    let mut tests: Vec<(&str, Option<(Verdict, String)>)> = Vec::new();
    for case in &report.cases {
        let text = match &case.outcome {
            CaseOutcome::Different { differences, .. } => {
                let lines: Vec<_> = differences.iter().map(ToString::to_string).collect();
                Some(lines.join("\n"))
            }
            outcome => outcome.reason(),
        };
        tests.push((&case.name, text.map(|text| (case.outcome.verdict(), text))));
    }
    let strays = report.strays.iter();
    let strays: Vec<_> = strays
        .map(|stray| format!("{}: {}", stray.path.display(), stray.reason))
        .collect();
    tests.push((
        "no stray files",
        (!strays.is_empty()).then(|| (Verdict::Incomplete, strays.join("\n"))),
    ));
    let count = |is_error: bool| {
        let is_counted = |verdict: Verdict| (verdict == Verdict::Failed) == is_error;
        tests
            .iter()
            .filter(|(_, problem)| problem.as_ref().is_some_and(|(verdict, _)| is_counted(*verdict)))
            .count()
    };
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        tests.len(),
        count(false),
        count(true)
    );
    let tests: String = tests
        .iter()
        .map(|(name, problem)| render_test(name, problem.as_ref()))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"goldens\" {counts}>\n  \
         <testsuite name=\"goldens\" {counts}>\n{tests}  </testsuite>\n</testsuites>\n"
    )
}

fn render_test(name: &str, problem: Option<&(Verdict, String)>) -> String {
    let name = escape(name);
    let Some((verdict, text)) = problem else {
        return format!("    <testcase classname=\"goldens\" name=\"{name}\"/>\n");
    };
    let element = if *verdict == Verdict::Failed {
        "error"
    } else {
        "failure"
    };
    format!(
        "    <testcase classname=\"goldens\" name=\"{name}\">\n      \
         <{element} type=\"{verdict}\" message=\"{verdict}\">{}</{element}>\n    </testcase>\n",
        escape(text)
    )
}
