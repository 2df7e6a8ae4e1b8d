//! The fragments of the changelog.

use super::Tree;
use crate::finding::Finding;

const FOLDER: &str = "changelog/unreleased/";
const KINDS: &[&str] = &["Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"];

/// Every fragment is `<words>.md` and opens with `# <Kind>: <sentence>.`; its README says why.
pub(super) fn fragments(tree: &Tree) -> Vec<Finding> {
    tree.texts()
        .filter_map(|(path, text)| Some((path, path.strip_prefix(FOLDER)?, text)))
        .filter(|(_, name, _)| *name != "README.md")
        .filter_map(|(path, name, text)| Some(Finding::at_line("changelog", path, 1, problem(name, text)?)))
        .collect()
}

fn problem(name: &str, text: &str) -> Option<String> {
    let is_word = |stem: &str| {
        stem.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !stem.is_empty()
    };
    if !name.strip_suffix(".md").is_some_and(is_word) {
        return Some("name the fragment with lowercase words and hyphens, ending in `.md`".to_owned());
    }
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let Some((kind, sentence)) = first.strip_prefix("# ").and_then(|rest| rest.split_once(": ")) else {
        return Some("begin with `# <Kind>: <sentence>.`".to_owned());
    };
    if !KINDS.contains(&kind) {
        return Some(format!("`{kind}` is not one of {}", KINDS.join(", ")));
    }
    if !sentence.ends_with('.') {
        return Some("end the first line with a full stop: it is the sentence that users read".to_owned());
    }
    lines
        .next()
        .filter(|line| !line.is_empty())
        .map(|_| "leave an empty line after the first".to_owned())
}
