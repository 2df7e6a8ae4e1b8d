//! Keys that goldens are signed with: where they come from, which ones are trusted, and the MAC itself.
//!
//! A signature is an HMAC, so whoever can verify can also sign: it shows changes made by those who lack the key, and
//! nothing about those who have it. The class of a key says how well it is kept.

mod golden_key;
mod mac;
mod ring;
mod source;

pub use golden_key::{DEVELOPMENT_KEY, GoldenKey, KeyClass, KeyId, MIN_KEY_BYTES};
pub(crate) use mac::{Mac, Tag};
pub use ring::KeyRing;
pub use source::{KEY_FILE_VARIABLE, KEY_VARIABLE, create_key_file};
