//! The project's own corpus, and the rates that hold on it.

use std::path::Path;

use aos_sandbox::score::{self, Rate, Row, Score};

fn rows() -> Vec<Row> {
    score::read(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/corpus.jsonl"
    )))
    .expect("the corpus is there")
}

#[track_caller]
fn at_least(score: &Score, table: &str, name: &str, per_cent: f64) {
    let line = score
        .line(table, name)
        .unwrap_or_else(|| panic!("no line {name} in {table}"));
    assert!(
        line.rate.per_cent() >= per_cent,
        "{table}, {name}: {:.2} %",
        line.rate.per_cent()
    );
}

#[test]
fn detection_holds() {
    let score = score::score(&rows());
    for (name, minimum) in [
        ("sqli", 99.0),
        ("cmdi", 96.0),
        ("path_traversal", 99.0),
        ("ssti", 97.0),
        ("core, pooled", 98.5),
    ] {
        at_least(&score, "attacks, blind", name, minimum);
    }
    at_least(&score, "attacks, encoded, blind", "core, pooled", 98.0);
    at_least(&score, "attacks, under the place they aim at", "ssrf", 99.0);
    assert!(score.core_mean >= 98.0, "{}", score.core_mean);
}

#[test]
fn benign_texts_are_left_alone() {
    let score = score::score(&rows());
    for (table, name) in [
        ("benign, blind", "all untyped"),
        ("benign, at their natural place", "all"),
        ("short benign, where attacks aim", "shell argument"),
    ] {
        let line = score.line(table, name).expect("a line");
        assert_eq!(line.rate.n_hits, 0, "{table}, {name}");
    }
}

#[test]
fn rates_come_with_their_interval() {
    let (low, high) = Rate { n_hits: 98, n: 100 }.interval();
    assert!(
        (low - 93.00).abs() < 0.01 && (high - 99.45).abs() < 0.01,
        "{low} {high}"
    );
    assert_eq!(Rate::default().interval(), (0.0, 100.0));
}

#[test]
fn the_tables_are_printed_with_counts() {
    let printed = score::score(&rows()).to_string();
    assert!(
        printed.contains("attacks, blind") && printed.contains("mean of the four core rates"),
        "{printed}"
    );
}
