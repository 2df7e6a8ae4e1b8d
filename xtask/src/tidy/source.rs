//! Rules of single Rust files.

use super::{Tree, code};
use crate::finding::Finding;

const MAX_LINES: usize = 400;

/// Every Rust file opens with `//!`.
pub(super) fn header(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| {
            Finding::at_line(
                "header",
                path,
                1,
                "open the file with `//!`: what it holds and what it leaves to others",
            )
        })
        .collect()
}

/// No Rust file is too long.
pub(super) fn length(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, n_lines)| *n_lines > MAX_LINES)
        .map(|(path, n_lines)| {
            let message =
                format!("{n_lines} lines, at most {MAX_LINES}: move the second subject to a file of its own");
            Finding::in_file("length", path, message)
        })
        .collect()
}

/// No macro stands for work that is left, or for a look inside.
pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let macros = ["todo!", "unimplemented!", "dbg!"];
    words(tree, "unfinished", &macros, |word| {
        format!("finish what `{word}` stands for")
    })
}

/// No map iterates in random order.
pub(super) fn hash_map(tree: &Tree) -> Vec<Finding> {
    words(tree, "hash-map", &["HashMap", "HashSet"], |word| {
        format!(
            "`{word}` iterates in random order; use `{}`",
            word.replace("Hash", "BTree")
        )
    })
}

/// Every switched-off test says why.
pub(super) fn ignore(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        for (n, line) in code::blank(text).lines().enumerate() {
            let attribute = line.replace(' ', "");
            if attribute.contains("#[ignore]") || attribute.contains(",ignore)]") {
                let message = "say why, and when the test runs: `#[ignore = \"…\"]`";
                findings.push(Finding::at_line("ignore", path, n + 1, message));
            }
        }
    }
    findings
}

/// Returns a finding for each place where the code of a Rust file has one of `wanted` as a whole word.
fn words(tree: &Tree, rule: &'static str, wanted: &[&str], message: impl Fn(&str) -> String) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        if !wanted.iter().any(|word| text.contains(word)) {
            continue;
        }
        for (n, line) in code::blank(text).lines().enumerate() {
            for word in wanted.iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::at_line(rule, path, n + 1, message(word)));
            }
        }
    }
    findings
}

/// Whether `word` stands in `text`, and not as a part of a longer word.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let goes_on = word.ends_with(is_part) && text[at + word.len()..].starts_with(is_part);
        !text[..at].ends_with(is_part) && !goes_on
    })
}
