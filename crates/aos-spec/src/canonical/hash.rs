//! Hashes of content.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::{CanonicalError, to_vec};

/// The SHA-256 of the canonical JSON of a value.
///
/// Shown as its first 16 hex digits; serialized and compared as a whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Returns the hash of `bytes`, which must be canonical JSON to be comparable with others.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the hash of the canonical JSON of `value`.
    ///
    /// # Errors
    ///
    /// [`CanonicalError`] when the value has no canonical form.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, CanonicalError> {
        Ok(Self::of_bytes(&to_vec(value)?))
    }

    /// Returns the hash of this hash followed by `next`: a chain over the hashes of parts.
    #[must_use]
    pub fn chain(self, next: Self) -> Self {
        Self(
            Sha256::new()
                .chain_update(self.0)
                .chain_update(next.0)
                .finalize()
                .into(),
        )
    }

    /// Returns all 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the first eight bytes as a number, for stores that keep a short check beside each row.
    #[must_use]
    pub fn short(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(first)
    }
}

impl fmt::Display for ContentHash {
    /// Writes the first 16 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.short())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::LowerHex for ContentHash {
    /// Writes all 64 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One write instead of 32: this is on the path of every step.
        let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
        let mut digits = String::with_capacity(2 * self.0.len());
        for byte in self.0 {
            digits.push(digit(byte >> 4));
            digits.push(digit(byte & 0xf));
        }
        f.write_str(&digits)
    }
}

impl Serialize for ContentHash {
    /// Writes all 64 hex digits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:x}"))
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        read_digits(text.as_bytes())
            .map(Self)
            .ok_or_else(|| de::Error::custom("a content hash has 64 lowercase hex digits"))
    }
}

fn read_digits(text: &[u8]) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut hash = [0; 32];
    if text.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(hash)
}
