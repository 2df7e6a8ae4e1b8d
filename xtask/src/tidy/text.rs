//! Rules of every text, whatever its language.

use super::{Tree, source::has_word, tree};
use crate::finding::Finding;

/// Roots below which the files of one machine or one person lie.
const MACHINE_ROOTS: &[&str] = &[
    concat!("/", "home/"),
    concat!("/", "root/"),
    concat!("/", "tmp/"),
    concat!("/", "work/"),
    concat!("/", "Users/"),
    concat!("C:", "\\Users\\"),
];

/// Marks of work that is left. Each is written in two parts, so that this file keeps its own rule.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("WI", "P"),
];

/// Words that speak of how the text came to be instead of what it is about.
const ARRANGEMENTS: &[&str] = &[
    concat!("work", "tree"),
    concat!("sub", "agent"),
    concat!("sub-", "agent"),
    concat!("as ", "requested"),
    concat!("this ", "session"),
];

/// No trailing blanks, one newline at the end, LF line ends.
pub(super) fn whitespace(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        for (n, line) in text.split('\n').enumerate() {
            if line.ends_with(char::is_whitespace) {
                findings.push(Finding::at_line(
                    "whitespace",
                    path,
                    n + 1,
                    "remove the blanks at the end of the line",
                ));
            }
        }
        if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
            findings.push(Finding::in_file(
                "whitespace",
                path,
                "end the file with exactly one newline",
            ));
        }
    }
    findings
}

/// No path of a particular machine, except in tests.
pub(super) fn machine_path(tree: &Tree) -> Vec<Finding> {
    let texts = tree.texts().filter(|(path, _)| !tree::is_test(path));
    lines_with(texts, "machine-path", |line| {
        let root = MACHINE_ROOTS.iter().find(|root| is_path(line, root))?;
        Some(format!(
            "a path below `{root}` exists on one machine only; name it relatively or ask for it"
        ))
    })
}

/// Nothing is marked as unfinished, and nothing speaks of how it was made.
pub(super) fn wording(tree: &Tree) -> Vec<Finding> {
    lines_with(tree.texts(), "wording", |line| {
        if let Some(mark) = MARKS.iter().find(|mark| has_word(line, mark)) {
            return Some(format!("finish what `{mark}` marks, or open an issue for it"));
        }
        let lower = line.to_lowercase();
        let words = ARRANGEMENTS.iter().find(|words| lower.contains(*words))?;
        Some(format!(
            "`{words}` says how the text came to be; speak of the project"
        ))
    })
}

fn lines_with<'t>(
    texts: impl Iterator<Item = (&'t str, &'t str)>,
    rule: &'static str,
    find: impl Fn(&str) -> Option<String>,
) -> Vec<Finding> {
    texts
        .flat_map(|(path, text)| text.lines().enumerate().map(move |(n, line)| (path, n + 1, line)))
        .filter_map(|(path, n, line)| Some(Finding::at_line(rule, path, n, find(line)?)))
        .collect()
}

/// Whether `line` names something below `root`: `root` begins a path and a name follows it.
fn is_path(line: &str, root: &str) -> bool {
    line.match_indices(root).any(|(at, _)| {
        let is_inner = line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/}~*".contains(c));
        let is_named =
            line[at + root.len()..].starts_with(|c: char| c.is_alphanumeric() || "._-".contains(c));
        !is_inner && is_named
    })
}
