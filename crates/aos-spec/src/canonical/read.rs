//! Reading canonical JSON, and nothing else.

use serde_json::Value;

use super::{CanonicalError, to_vec};
use crate::limits;

/// Returns the value that `text` is the canonical form of.
///
/// The text is written again and compared byte for byte. That alone refuses whitespace, a wrong order of members,
/// members that stand twice, other spellings of numbers and strings, and integers that do not fit 64 bits.
///
/// ```
/// use aos_spec::canonical::{CanonicalError, parse};
///
/// assert_eq!(parse(br#"{"a":1}"#)?["a"], 1);
/// assert_eq!(parse(br#"{"a":1.0}"#), Err(CanonicalError::NotCanonical { offset: 6 }));
/// # Ok::<(), CanonicalError>(())
/// ```
///
/// # Errors
///
/// [`CanonicalError`] when the text is not JSON, not canonical, or nested too deeply.
pub fn parse(text: &[u8]) -> Result<Value, CanonicalError> {
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        if is_too_deep(text) {
            CanonicalError::TooDeep
        } else {
            CanonicalError::Syntax(error.to_string())
        }
    })?;
    let canonical = to_vec(&value)?;
    if canonical == text {
        return Ok(value);
    }
    let same = canonical
        .iter()
        .zip(text)
        .take_while(|(left, right)| left == right);
    Err(CanonicalError::NotCanonical { offset: same.count() })
}

/// Whether `text` opens too many arrays and objects: the parser's own limit is a syntax error like any other.
fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    text.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > limits::MAX_NESTING
    })
}
