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
