//! Where in the text of a policy a value stands.

use toml::de::{DeTable, DeValue};

/// Returns the line and the column, from 1, of the byte at `at`.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Returns where the value at `path` begins, or the innermost part of the path that is there.
pub(super) fn place_of(text: &str, path: &[&str]) -> (usize, usize) {
    let Ok(document) = DeTable::parse(text) else {
        return (1, 1);
    };
    let mut start = 0;
    let root = DeValue::Table(document.into_inner());
    let mut value = &root;
    for segment in path {
        let next = match value {
            DeValue::Table(table) => table.get(*segment),
            DeValue::Array(items) => segment.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        let Some(next) = next else { break };
        start = next.span().start;
        value = next.get_ref();
    }
    line_and_column(text, start)
}
