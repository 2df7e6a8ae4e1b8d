//! Any text at all: no panic, bounded output, spans inside the text, time in proportion to length.

use std::time::{Duration, Instant};

use aos_sandbox::{Label, PlannerSandbox, scan_text};
use aos_spec::skill::InputKind;
use proptest::prelude::*;
use serde_json::Value;

const SINKS: &[InputKind] = &[
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
const PIECES: &[&str] = &[
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

fn check_all(text: &str) {
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

    /// An attack stays one under the mutations that filters are evaded with.
    #[test]
    fn mutated_attacks_are_found(seed in prop::sample::select(SEEDS), mutation in 0_usize..7, number in 2_u32..9999) {
        let text = mutate(&seed.replace("7", &number.to_string()), mutation);
        prop_assert!(!scan_text(&text, None, &[]).violations.is_empty(), "{}", text);
    }
}

const SEEDS: &[&str] = &[
    "x' OR '7'='7",
    "x' OR 7=7 --",
    "7 UNION SELECT name, pass FROM users --",
    "7; DROP TABLE users",
    "x'; DELETE FROM users; --",
    "x' AND SLEEP(7)--",
    "7 AND (SELECT COUNT(*) FROM users)=7",
];

fn mutate(seed: &str, mutation: usize) -> String {
    match mutation {
        0 => seed.to_lowercase(),
        1 => seed
            .chars()
            .enumerate()
            .map(|(at, c)| {
                if at % 2 == 0 {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect(),
        2 => seed.replace(' ', "/**/"),
        3 => seed.replace(' ', "\t"),
        4 => seed.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        5 => serde_json::json!({ "q": seed }).to_string(),
        _ => seed.replace(' ', "\n"),
    }
}

/// Time must not grow faster than length. The bound is generous, because tests share their machine; quadratic growth
/// would exceed it a hundredfold.
#[test]
fn hostile_repetition_takes_linear_time() {
    for first in PIECES {
        for second in ["", "'", "(", "/", "a", " ", "$("] {
            let unit = format!("{first}{second}");
            let text = unit.repeat(64 * 1024 / unit.len());
            let start = Instant::now();
            let outcome = scan_text(&text, None, &[]);
            assert!(
                start.elapsed() < Duration::from_secs(4),
                "{unit:?} took {:?}",
                start.elapsed()
            );
            assert!(outcome.violations.len() < 64);
        }
    }
}
