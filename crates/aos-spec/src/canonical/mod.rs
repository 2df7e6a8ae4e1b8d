//! Canonical JSON: the one byte form of whatever is hashed, compared or signed.
//!
//! The profile is `aos-cjson/1`: RFC 8785 (JCS) for every document whose numbers are below 2^53 in magnitude, and
//! exact instead of rounded beyond. Its rules:
//!
//! 1. UTF-8 without a byte order mark and without whitespace.
//! 2. The members of an object are sorted by the UTF-16 code units of their names; a name that stands twice is an error.
//! 3. In strings only `"`, `\` and U+0000 to U+001F are escaped, in their shortest form; nothing is normalized.
//! 4. Integers of 64 bits, signed or unsigned, are written digit by digit; larger ones are an error.
//! 5. Floats must be finite. Below 2^53 they have the form of ECMAScript, so `1.0` is `1` and `-0.0` is `0`; from 2^53 on
//!    they always have an exponent, so that they never read back as an integer. `f32` is widened first.
//! 6. At most [`MAX_NESTING`](crate::limits::MAX_NESTING) arrays and objects are nested.
//!
//! [`to_vec`] writes any value that serde can serialize, without a detour; [`parse`] reads nothing but canonical text;
//! [`normalize`] brings a value to the form that it has after both.

mod write;

mod number;
mod object;
mod serializer;

mod error;
mod hash;
mod normalize;
mod read;

pub use error::CanonicalError;
pub use hash::ContentHash;
pub use normalize::normalize;
pub use read::parse;
pub(crate) use write::envelope_to_string;
pub use write::{to_string, to_vec, write_string, write_value};
