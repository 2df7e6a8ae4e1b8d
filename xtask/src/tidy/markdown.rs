//! Rules of Markdown files.

use super::Tree;
use crate::finding::Finding;

/// Relative links lead to a file or folder of the repository and, with a `#`, to a heading.
pub(super) fn links(tree: &Tree) -> Vec<Finding> {
    let pages = tree.texts().filter(|(path, _)| path.ends_with(".md"));
    pages
        .flat_map(|(path, text)| {
            prose(text).flat_map(move |(n, line)| {
                targets(&line)
                    .into_iter()
                    .filter_map(|target| {
                        let problem = problem(tree, path, text, &target)?;
                        Some(Finding::at_line("links", path, n, problem))
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect()
}

/// Returns what is wrong with a link from `page` to `target`.
fn problem(tree: &Tree, page: &str, text: &str, target: &str) -> Option<String> {
    let has_scheme = target.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    if has_scheme {
        return None;
    }
    let (file, heading) = target
        .split_once('#')
        .map_or((target, None), |(file, heading)| (file, Some(heading)));
    let linked = match resolve(page, file) {
        Some(path) if tree.exists(&path) => path,
        _ => return Some(format!("`{target}` leads to no file")),
    };
    let heading = heading.filter(|_| linked.ends_with(".md") || file.is_empty())?;
    let text = if file.is_empty() {
        text
    } else {
        tree.text(&linked)?
    };
    let is_there = prose(text).any(|(_, line)| line.starts_with('#') && anchor(&line) == heading);
    (!is_there).then(|| format!("`{target}` leads to no heading"))
}

/// Returns the path that `link` names from `page`, or from the root when it begins with `/`; `None` when it leaves the
/// repository.
fn resolve(page: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(page.to_owned());
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = if link.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    parts.retain(|part| !part.is_empty());
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the number and text of the lines outside code blocks, with code spans removed.
fn prose(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(n, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then(|| (n + 1, without_spans(line)))
    })
}

/// Returns a heading or paragraph line with its code spans emptied; in a heading their words stay.
fn without_spans(line: &str) -> String {
    if line.starts_with('#') {
        return line.replace('`', "");
    }
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// Returns where the links of a line lead: `[text](target)` and `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let inline = line.split("](").skip(1).map(|rest| rest.split([')', ' ']).next());
    let definition = line
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .filter(|(name, _)| !name.contains(']'))
        .map(|(_, target)| target.split(' ').next());
    inline
        .chain(definition)
        .flatten()
        .map(|target| target.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// Returns the name by which a link reaches a heading.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || "-_".contains(c) => Some(c),
            _ => None,
        })
        .collect()
}
