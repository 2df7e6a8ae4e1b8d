//! Writing values in their canonical form, straight from serde.

use serde::Serialize;

use super::{CanonicalError, serializer::Writer};
use crate::limits;

/// Returns the canonical JSON of `value`.
///
/// ```
/// use aos_spec::canonical;
///
/// #[derive(serde::Serialize)]
/// struct Point {
///     y: f64,
///     x: u64,
/// }
///
/// assert_eq!(canonical::to_string(&Point { y: 2.0, x: u64::MAX })?, r#"{"x":18446744073709551615,"y":2}"#);
/// assert!(canonical::to_vec(&Point { y: f64::NAN, x: 0 }).is_err());
/// # Ok::<(), canonical::CanonicalError>(())
/// ```
///
/// # Errors
///
/// [`CanonicalError`] when the value is nested too deeply or cannot be written as JSON.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    write_value(value, &mut out)?;
    Ok(out)
}

/// Returns the canonical JSON of `value` as text.
///
/// # Errors
///
/// As [`to_vec`].
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    into_string(to_vec(value)?)
}

/// Returns the canonical JSON of an object of our own around values. It is one more level, so that a value that may
/// stand by itself may also be kept.
///
/// # Errors
///
/// As [`to_vec`].
pub(crate) fn envelope_to_string<T: Serialize + ?Sized>(envelope: &T) -> Result<String, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    write_levels(envelope, limits::MAX_NESTING + 1, &mut out)?;
    into_string(out)
}

/// Appends the canonical JSON of `value`.
///
/// # Errors
///
/// As [`to_vec`]; `out` then ends in an incomplete text.
pub fn write_value<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    write_levels(value, limits::MAX_NESTING, out)
}

fn write_levels<T: Serialize + ?Sized>(
    value: &T,
    levels: usize,
    out: &mut Vec<u8>,
) -> Result<(), CanonicalError> {
    value.serialize(Writer {
        out,
        names: &mut Vec::new(),
        levels,
    })
}

fn into_string(canonical: Vec<u8>) -> Result<String, CanonicalError> {
    String::from_utf8(canonical).map_err(|error| CanonicalError::NotJson(error.to_string()))
}

/// Appends `text` as a JSON string: serde_json escapes exactly what RFC 8785 asks for.
///
/// # Errors
///
/// Never for text; the signature is that of its siblings.
#[inline]
pub fn write_string(text: &str, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    // Without an early exit this loop handles many bytes at a time.
    let needs_escape = text.bytes().fold(false, |found, byte| {
        found | (byte < 0x20) | (byte == b'"') | (byte == b'\\')
    });
    if needs_escape {
        return write_scalar(text, out);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

/// Appends what serde_json writes for text, integers and booleans.
pub(super) fn write_scalar<T: Serialize + ?Sized>(
    scalar: &T,
    out: &mut Vec<u8>,
) -> Result<(), CanonicalError> {
    serde_json::to_writer(out, scalar).map_err(|error| CanonicalError::NotJson(error.to_string()))
}
