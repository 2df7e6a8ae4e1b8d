//! Excerpts for people: short, without control characters, without secrets.

use std::ops::Range;

/// Most characters of an excerpt.
const MAX_CHARS: usize = 80;

/// Beginnings of secrets that are recognised by their form.
const PREFIXES: &[&str] = &[
    "sk-",
    "sk_live_",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "AIza",
    "eyJ",
    "glpat-",
    "Bearer ",
    "Basic ",
];

/// Whether a field of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "authorization",
        "credential",
        "private_key",
        "cookie",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Returns the part of `text` around `span`.
pub(crate) fn excerpt(text: &str, span: &Range<usize>, secret: bool) -> String {
    if secret {
        return "[masked]".into();
    }
    let start = text.floor_char_boundary(span.start.saturating_sub(12).min(text.len()));
    let mut shown = String::new();
    if start > 0 {
        shown.push('…');
    }
    let mut n_chars = 0;
    let mut rest = &text[start..];
    while let Some(character) = rest.chars().next() {
        if n_chars >= MAX_CHARS - 2 {
            shown.push('…');
            break;
        }
        if let Some(prefix) = PREFIXES.iter().find(|prefix| rest.starts_with(*prefix)) {
            let token =
                rest[prefix.len()..].find(|c: char| !(c.is_ascii_alphanumeric() || "-_.=+/".contains(c)));
            let length = prefix.len() + token.unwrap_or(rest.len() - prefix.len());
            if length >= prefix.len() + 8 {
                shown.push_str("[masked]");
                n_chars += 8;
                rest = &rest[length..];
                continue;
            }
        }
        let escaped: String = if character.is_control() {
            character.escape_default().collect()
        } else {
            character.into()
        };
        n_chars += escaped.chars().count();
        shown.push_str(&escaped);
        rest = &rest[character.len_utf8()..];
    }
    shown
}

/// Returns all of a short text, as findings show it.
pub(crate) fn shown(text: &str) -> String {
    excerpt(text, &(0..text.len()), false)
}
