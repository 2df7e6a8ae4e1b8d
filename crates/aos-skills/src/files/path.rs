//! What a path below the file root may look like.

use aos_spec::{ErrorCode, StepFailure};

/// Longest path, in bytes.
const MAX_BYTES: usize = 1024;

/// Names that stand for devices on Windows, with any extension. Refused everywhere, so that a workflow means the same
/// everywhere.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Returns `path` without its `.` parts, when it is relative, stays below the root by its very form, and means the
/// same on all systems. Symbolic links are looked at when the path is opened.
///
/// # Errors
///
/// `PERMISSION_DENIED` when the path would lead out of the root, `INVALID_INPUT` when it has no usable form.
pub(super) fn normalize(path: &str) -> Result<String, StepFailure> {
    let invalid = |why: &str| Err(failure(ErrorCode::InvalidInput, path, why));
    let denied = |why: &str| Err(failure(ErrorCode::PermissionDenied, path, why));
    if path.len() > MAX_BYTES {
        return invalid("is too long");
    }
    if path.starts_with('/') || is_drive(path) {
        return denied("is absolute; paths are relative to the file root");
    }
    if path.contains('\\') {
        return invalid("holds a backslash; folders are separated by `/`");
    }
    if path.chars().any(char::is_control) {
        return invalid("holds a control character");
    }
    if path.split('/').any(|part| part == "..") {
        return denied("holds `..`, which could lead out of the file root");
    }
    if path.split('/').any(is_device) {
        return invalid("names a device of Windows");
    }
    if path.ends_with('/') {
        return invalid("names a folder");
    }
    let parts: Vec<_> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if parts.is_empty() {
        return invalid("names no file");
    }
    Ok(parts.join("/"))
}

fn is_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':'
}

fn is_device(part: &str) -> bool {
    let stem = part
        .split(['.', ':'])
        .next()
        .unwrap_or(part)
        .trim_end()
        .to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem.as_str())
        || numbered
            .is_some_and(|number| matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"))
}

fn failure(code: ErrorCode, path: &str, why: &str) -> StepFailure {
    StepFailure::new(code, format!("the path `{}` {why}", path.escape_debug()))
}
