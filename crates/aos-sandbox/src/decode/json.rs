//! Strings inside JSON documents.

use serde::de::IgnoredAny;

/// Most strings of a small document, keys included.
const MAX_SMALL: usize = 24;

/// Whether the whole text is a JSON object or array, or a JSON string.
pub(crate) fn is_document(text: &str) -> bool {
    let trimmed = text.trim_ascii();
    let framed = matches!(
        (trimmed.as_bytes().first(), trimmed.as_bytes().last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) | (Some(b'"'), Some(b'"'))
    );
    framed && trimmed.len() > 2 && serde_json::from_str::<IgnoredAny>(trimmed).is_ok()
}

/// Whether the valid document `text` has so many strings that it holds settings or records rather than one value.
pub(crate) fn is_large(text: &str) -> bool {
    memchr::memchr_iter(b'"', text.as_bytes())
        .nth(2 * MAX_SMALL)
        .is_some()
}

/// Calls `visit` with each string of the valid document `text`, as it is written between its quotes, and its position.
pub(crate) fn strings<'a>(text: &'a str, mut visit: impl FnMut(&'a str, usize)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(length) = memchr::memchr(b'"', &bytes[at..]) {
        let start = at + length + 1;
        let mut end = start;
        while let Some(length) = memchr::memchr2(b'"', b'\\', &bytes[end..]) {
            end += length;
            if bytes[end] == b'"' {
                break;
            }
            end = (end + 2).min(bytes.len());
        }
        if end > start {
            visit(&text[start..end.min(text.len())], start);
        }
        at = (end + 1).min(bytes.len());
    }
}
