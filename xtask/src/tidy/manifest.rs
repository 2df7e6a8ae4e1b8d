//! Rules of `Cargo.toml`.

use super::Tree;
use crate::finding::Finding;

/// Keys of `[package]` that the workspace decides.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];

/// One `key = value` line, with the section it stands in.
struct Entry<'t> {
    section: &'t str,
    key: &'t str,
    value: &'t str,
    line: usize,
}

/// Every package describes itself and inherits what the workspace decides.
pub(super) fn inherits(tree: &Tree) -> Vec<Finding> {
    let manifests = tree
        .texts()
        .filter(|(path, text)| path.ends_with("Cargo.toml") && text.contains("[package]"));
    manifests.flat_map(|(path, text)| check(path, text)).collect()
}

fn check(path: &str, text: &str) -> Vec<Finding> {
    let entries = entries(text);
    let value = |section: &str, key: &str| {
        entries
            .iter()
            .find(|entry| entry.section == section && entry.key == key)
            .map(|entry| entry.value)
    };
    let mut findings = Vec::new();
    if value("package", "description").is_none_or(|text| text.trim_matches('"').is_empty()) {
        findings.push(Finding::in_file(
            "manifest",
            path,
            "give the package a `description`",
        ));
    }
    for key in INHERITED {
        if value("package", &format!("{key}.workspace")) != Some("true") {
            let message = format!("inherit `{key}`: `{key}.workspace = true`");
            findings.push(Finding::in_file("manifest", path, message));
        }
    }
    if value("lints", "workspace") != Some("true") {
        let message = "inherit the lints: `[lints]` with `workspace = true`";
        findings.push(Finding::in_file("manifest", path, message));
    }
    for entry in entries
        .iter()
        .filter(|entry| entry.section.ends_with("dependencies"))
    {
        let is_inherited = match entry.key.split_once('.') {
            Some((_, rest)) => rest == "workspace" && entry.value == "true",
            None => entry.value.replace(' ', "").contains("workspace=true"),
        };
        if !is_inherited {
            let message = format!(
                "inherit `{}` from `[workspace.dependencies]`, where all versions stand",
                entry.key
            );
            findings.push(Finding::at_line("manifest", path, entry.line, message));
        }
    }
    findings
}

/// Reads the part of TOML that manifests need: section headers and keys whose value begins on their line.
fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut section = "";
    let mut entries = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim_matches(['[', ']']);
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            entries.push(Entry {
                section,
                key: key.trim(),
                value: value.trim(),
                line: n + 1,
            });
        }
    }
    entries
}
