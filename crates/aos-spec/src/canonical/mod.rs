//! Canonical JSON: the one byte form of whatever is hashed, compared or signed.
//!
//! The profile is `aos-cjson/1`: RFC 8785 (JCS) for every document whose numbers are below 2^53 in magnitude, and
//! exact instead of rounded beyond: 64-bit integers are written digit by digit, and floats from 2^53 on with an
//! exponent, so that they never read back as an integer.

mod hash;
mod number;
mod write;

pub use hash::ContentHash;
pub use write::{CanonicalError, normalize, to_string, to_vec, write_string, write_value};
