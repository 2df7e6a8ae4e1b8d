//! Encodings, and the way back to the bytes that were written.

use aos_sandbox::{PlannerSandbox, SandboxFinding, decode::Encoding};
use serde_json::json;

fn find(text: &str) -> SandboxFinding {
    let plan = json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": { "x": text } }] });
    let report = PlannerSandbox::default().validate(&plan);
    report
        .violations
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("nothing found in {text:?}"))
}

#[track_caller]
fn check(text: &str, chain: &[Encoding], written: &str) {
    let finding = find(text);
    assert_eq!(finding.decode_chain, chain, "{finding:#?}");
    let span = finding.span.expect("a place in the string");
    assert_eq!(&text[span], written, "{text:?}");
}

#[test]
fn findings_name_the_encodings_and_the_bytes() {
    check("x; whoami", &[], "; whoami");
    check("x%3B%20whoami", &[Encoding::Percent], "%3B%20whoami");
    check(
        "x%253B%2520whoami",
        &[Encoding::Percent, Encoding::Percent],
        "%253B%2520whoami",
    );
    check("x\\u003b whoami", &[Encoding::Backslash], "\\u003b whoami");
    check("x&#39; OR 1=1 -- ", &[Encoding::Entity], "&#39; OR 1=1 -- ");
    check("x； whoami", &[Encoding::Unicode], "； whoami");
    check("{\"q\": \"x; whoami\"}", &[Encoding::Json], "; whoami");
    check(
        "{\"q\": \"x%3B whoami\"}",
        &[Encoding::Json, Encoding::Percent],
        "%3B whoami",
    );
}

#[test]
fn base64_is_read_in_the_middle_of_text() {
    let finding = find("run eDsgY2F0IC9ldGMvcGFzc3dk now");
    assert_eq!(finding.decode_chain, [Encoding::Base64]);
}

#[test]
fn overlong_and_mangled_forms_are_read() {
    for text in [
        "%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        "..%c1%9c..%c1%9cboot.ini",
        "%2e%2e%2f%2e%2e%2fetc/passwd",
    ] {
        assert_eq!(find(text).decode_chain, [Encoding::Percent], "{text}");
    }
}

#[test]
fn invisible_characters_hide_nothing() {
    assert_eq!(find("' O\u{200b}R 1=1 -- ").decode_chain, [Encoding::Unicode]);
}

#[test]
fn decoding_ends_in_a_violation_and_not_in_silence() {
    let mut text = String::from("' OR 1=1 -- ");
    for _ in 0..6 {
        text = text
            .replace('%', "%25")
            .replace(' ', "%20")
            .replace('\'', "%27")
            .replace('=', "%3D");
    }
    assert_eq!(find(&text).rule_id.id(), "AOS-LIMIT-005");
}

#[test]
fn benign_encodings_are_benign() {
    let plan = json!({ "steps": [{ "id": "a", "skill_id": "echo", "inputs": { "x": [
        "Hello%20world%2C%20it%27s%20me", "SGVsbG8gd29ybGQsIGl0J3MgbWU=", "Q&amp;A &lt;b&gt;", "C:\\new\\table\\x41",
    ] } }] });
    let report = PlannerSandbox::default().validate(&plan);
    assert!(report.valid, "{report:#?}");
}
