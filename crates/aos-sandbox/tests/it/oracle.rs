//! A second opinion on SQL: what an independent detector flags by its fingerprints, this one flags by structure.

use std::path::Path;

use aos_sandbox::{scan_text, score};
use libinjectionrs::detect_sqli;

fn rows(category: &str) -> Vec<score::Row> {
    score::read(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/corpus.jsonl"
    )))
    .expect("the corpus is there")
    .into_iter()
    .filter(|row| row.category == category && !row.is_encoded())
    .collect()
}

#[test]
fn what_fingerprints_find_is_found() {
    let missed: Vec<_> = rows("sqli")
        .into_iter()
        .filter(|row| {
            detect_sqli(row.text.as_bytes()).is_injection()
                && scan_text(&row.text, None, &[]).violations.is_empty()
        })
        .map(|row| row.text)
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn structure_finds_what_fingerprints_miss() {
    let (mut ours, mut theirs) = (0, 0);
    for row in rows("sqli") {
        ours += usize::from(!scan_text(&row.text, None, &[]).violations.is_empty());
        theirs += usize::from(detect_sqli(row.text.as_bytes()).is_injection());
    }
    assert!(ours >= theirs, "{ours} against {theirs}");
}

/// Payloads made from a small grammar: a value that is closed, an operator, a condition, and an end.
fn generated() -> Vec<String> {
    let mut payloads = Vec::new();
    for start in ["1", "x'", "x\"", "1)", "x')", "-1'", "x'))", ""] {
        for middle in [
            " OR 1=1",
            " AND 2=2",
            " || 1=1",
            " OR 'a'='a'",
            " AND 1=(SELECT 1)",
            " UNION SELECT 1,2,3",
            " UNION ALL SELECT NULL,user()",
            " OR SLEEP(5)",
            " AND ASCII(SUBSTRING(user(),1,1))>64",
            " ORDER BY 5",
            " HAVING 1=1",
            "; DROP TABLE t",
            "; SELECT pg_sleep(5)",
            " OR name LIKE '%a%'",
            " AND EXISTS(SELECT 1 FROM t)",
            " RLIKE (SELECT 1)",
        ] {
            for end in ["", "--", "-- -", "#", "/*", ";--", " AND '1'='1", ";"] {
                payloads.push(format!("{start}{middle}{end}"));
            }
        }
    }
    payloads
}

#[test]
fn what_fingerprints_find_of_a_grammar_is_found_but_for_few() {
    let payloads = generated();
    let seen: Vec<&String> = payloads
        .iter()
        .filter(|text| detect_sqli(text.as_bytes()).is_injection())
        .collect();
    let missed: Vec<_> = seen
        .iter()
        .filter(|text| scan_text(text, None, &[]).violations.is_empty())
        .collect();
    assert!(seen.len() > 500, "{}", seen.len());
    assert!(
        missed.len() * 100 <= seen.len(),
        "{} of {}: {missed:#?}",
        missed.len(),
        seen.len()
    );
}
