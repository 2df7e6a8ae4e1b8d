//! The files of the repository, as the rules see them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};

/// Names that begin with a dot and belong to the repository all the same.
const HIDDEN: &[&str] = &[
    ".cargo",
    ".ci",
    ".config",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
];

/// The texts of a repository, and the paths of everything in it.
///
/// Paths are relative to the root, with `/`.
#[derive(Debug, Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository at `root`, without build output and without hidden files that are not part of it.
    ///
    /// # Errors
    ///
    /// When a file or folder cannot be read.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// Returns the tree that holds `texts` at their paths.
    #[must_use]
    pub fn of(texts: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in texts {
            let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
            tree.paths.extend(parents.map(str::to_owned));
            tree.add(path, (*text).to_owned());
        }
        tree
    }

    /// Returns the path and text of all files that are text and not data of tests.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .filter(|(path, _)| !is_data(path))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Returns the path and text of the Rust files.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| path.ends_with(".rs"))
    }

    /// Returns the text of one file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether there is a file or folder at `path`.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        path.is_empty() || self.paths.contains(path)
    }

    fn add(&mut self, path: &str, text: String) {
        self.paths.insert(path.to_owned());
        self.texts.insert(path.to_owned(), text);
    }

    fn read_folder(&mut self, root: &Path, folder: &str) -> Result<()> {
        let location = root.join(folder);
        let entries = fs::read_dir(&location).with_context(|| format!("read {}", location.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("read {}", location.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_skipped(&name) {
                continue;
            }
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            if entry
                .file_type()
                .with_context(|| format!("read {path}"))?
                .is_dir()
            {
                self.read_folder(root, &path)?;
                self.paths.insert(path);
                continue;
            }
            let bytes = fs::read(root.join(&path)).with_context(|| format!("read {path}"))?;
            match String::from_utf8(bytes) {
                Ok(text) => self.add(&path, text),
                Err(_) => drop(self.paths.insert(path)),
            }
        }
        Ok(())
    }
}

/// Whether the file holds what a test reads or a program has recorded, which no rule of style concerns.
fn is_data(path: &str) -> bool {
    let is_recorded = [".jsonl", ".sig", ".snap"].iter().any(|end| path.ends_with(end));
    is_recorded || path.starts_with("golden/") || path.split('/').any(|part| part == "data")
}

/// Whether the file belongs to the tests, the benchmarks or the examples of a package.
pub(super) fn is_test(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "benches"))
}

fn is_skipped(name: &str) -> bool {
    name == "target" || name.starts_with('.') && !HIDDEN.contains(&name)
}
