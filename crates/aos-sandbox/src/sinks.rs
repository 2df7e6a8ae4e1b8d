//! What an input is for, where its skill does not say.

use aos_spec::skill::InputKind;

/// Returns the kind of the input `name`: as declared, and otherwise what its name suggests. A guess only ever adds
/// checks to those for undeclared inputs.
pub(crate) fn for_input(declared: Option<InputKind>, name: &str) -> InputKind {
    match declared {
        Some(kind) if kind != InputKind::Unknown => kind,
        _ => guess(name),
    }
}

fn guess(name: &str) -> InputKind {
    let lower = name.to_ascii_lowercase();
    let ends = |words: &[&str]| {
        words
            .iter()
            .any(|word| lower == *word || lower.ends_with(&format!("_{word}")))
    };
    if ends(&["url", "uri", "endpoint", "webhook"]) {
        InputKind::Url
    } else if ends(&[
        "path",
        "file",
        "filename",
        "file_name",
        "filepath",
        "directory",
        "folder",
        "dir",
    ]) {
        InputKind::Path
    } else if ends(&["header", "subject"]) {
        InputKind::Header
    } else if lower == "to" || ends(&["email", "recipient", "cc", "bcc"]) {
        InputKind::Email
    } else {
        InputKind::Unknown
    }
}

/// Whether the address leads to one of the hosts that an operator has allowed.
pub(crate) fn is_allowed_host(text: &str, allowed: &[String]) -> bool {
    if allowed.is_empty() {
        return false;
    }
    let Ok(address) = url::Url::parse(text.trim()) else {
        return false;
    };
    let plain = matches!(address.scheme(), "http" | "https" | "ws" | "wss")
        && address.username().is_empty()
        && address.password().is_none()
        && !text.contains(['\\', '\t', '\n', '\r']);
    let host = address.host_str().unwrap_or_default();
    let with_port = address.port().map(|port| format!("{host}:{port}"));
    plain
        && allowed
            .iter()
            .any(|allowed| allowed == host || with_port.as_ref() == Some(allowed))
}
