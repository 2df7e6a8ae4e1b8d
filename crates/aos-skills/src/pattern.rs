//! Regular expressions, bounded.

use regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes.
pub(crate) const MAX_BYTES: usize = 1024;

/// Largest compiled pattern, and largest cache of a search, in bytes.
const MAX_COMPILED_BYTES: usize = 1024 * 1024;

/// Compiles `pattern`. Matching takes time linear in the text; there are no back references and no look-around.
///
/// # Errors
///
/// Says what is wrong with the pattern, as a lowercase fragment.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_BYTES {
        return Err(format!("the pattern is longer than {MAX_BYTES} bytes"));
    }
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large when compiled".into(),
            error => format!("not a usable pattern: {error}"),
        })
}
