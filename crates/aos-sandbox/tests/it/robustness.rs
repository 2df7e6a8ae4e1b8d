//! Any text at all: no panic, bounded output, spans inside the text.

use aos_sandbox::{Label, PlannerSandbox, scan_text};
use aos_spec::skill::InputKind;
use proptest::prelude::*;
use serde_json::Value;

pub(crate) const SINKS: &[InputKind] = &[
    InputKind::Unknown,
    InputKind::Sql,
    InputKind::SqlParam,
    InputKind::Shell,
    InputKind::ShellArg,
    InputKind::Path,
    InputKind::Url,
    InputKind::Template,
    InputKind::TemplateData,
    InputKind::Header,
    InputKind::FreeText,
    InputKind::Number,
];

/// Pieces that the lexers and decoders look for.
pub(crate) const PIECES: &[&str] = &[
    "'",
    "\"",
    "`",
    ";",
    "|",
    "&",
    "$(",
    "${",
    "{{",
    "}}",
    "{%",
    "%}",
    "<%",
    "%>",
    "{",
    "}",
    "(",
    ")",
    "%25",
    "%27",
    "%",
    "\\",
    "\\x27",
    "\\u0027",
    "../",
    "..\\",
    "/*",
    "*/",
    "--",
    "#",
    " OR ",
    "1=1",
    "union ",
    "select ",
    "sleep(",
    "5)",
    "from t",
    "having ",
    "order by ",
    ";id",
    "cat ",
    "/etc/passwd",
    "http://",
    "127.0.0.1",
    "@",
    "[::1]",
    "&#39;",
    "&quot;",
    "JyBPUiAxPTEgLS0g",
    "{\"a\":\"",
    "\"}",
    "é",
    "\u{200b}",
    "＇",
    "\0",
    "\n",
    "a",
    " ",
    "7*7",
    "__class__",
    "=",
    "<",
    "/dev/tcp/",
    "IFS",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

pub(crate) fn check_all(text: &str) {
    for sink in SINKS {
        let outcome = scan_text(text, Some(*sink), &["a"]);
        assert!(outcome.violations.len() + outcome.warnings.len() <= 64);
    }
    let sandbox = PlannerSandbox::default();
    for finding in sandbox.check_value(InputKind::Unknown, &Value::from(text), Label::Untrusted) {
        let span = finding.span.expect("a place in the string");
        assert!(
            span.start <= span.end && span.end <= text.len(),
            "{span:?} in {text:?}"
        );
        assert!(finding.excerpt.chars().count() <= 90);
    }
}

proptest! {
    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        check_all(&text);
    }

    #[test]
    fn any_mixture_of_marks_is_judged(text in pieces()) {
        check_all(&text);
    }

    #[test]
    fn any_bytes_are_a_plan_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let report = PlannerSandbox::default().validate_bytes(&bytes);
        prop_assert_eq!(report.valid, report.violations.is_empty());
    }
}
