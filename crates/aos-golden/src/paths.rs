//! How the files of goldens are named.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use aos_spec::RunId;

/// The end of the name of every golden.
const SUFFIX: &str = ".steps.jsonl";

/// Returns the file name of the golden of a run.
#[must_use]
pub fn golden_file_name(run_id: &RunId) -> String {
    format!("{run_id}{SUFFIX}")
}

/// Returns the run whose golden has this file name; `None` for other files.
#[must_use]
pub fn run_of_file_name(name: &str) -> Option<RunId> {
    RunId::new(name.strip_suffix(SUFFIX)?).ok()
}

/// Returns where the signature of the golden at `path` is.
#[must_use]
pub fn signature_path(path: &Path) -> PathBuf {
    with_suffix(path, ".sig")
}

/// Returns where the golden at `path` is while it is being recorded.
#[must_use]
pub fn partial_path(path: &Path) -> PathBuf {
    with_suffix(path, ".partial")
}

/// Returns where the signature of the golden at `path` is until it is durable.
pub(crate) fn new_signature_path(path: &Path) -> PathBuf {
    with_suffix(path, ".sig.tmp")
}

/// Returns where a recording waits to be accepted as the golden at `path`.
pub(crate) fn pending_path(path: &Path) -> PathBuf {
    with_suffix(path, ".new")
}

/// Returns the folder of the golden at `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Returns the file name of `path`; empty when it has none that is text.
pub(crate) fn file_name(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
