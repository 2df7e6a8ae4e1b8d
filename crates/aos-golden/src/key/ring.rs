//! The keys that a program trusts.

use crate::{
    error::KeyError,
    key::{GoldenKey, KeyClass},
};

/// One key to sign with, and all keys that signatures are accepted from.
#[derive(Debug, Clone)]
pub struct KeyRing {
    // INVARIANT: not empty; the first key signs.
    keys: Vec<GoldenKey>,
    required_class: KeyClass,
}

impl KeyRing {
    /// Returns a ring that signs with `key` and accepts its signatures.
    #[must_use]
    pub fn new(key: GoldenKey) -> Self {
        Self {
            keys: vec![key],
            required_class: KeyClass::Dev,
        }
    }

    /// Returns a ring of the published development key alone.
    #[must_use]
    pub fn development() -> Self {
        Self::new(GoldenKey::development())
    }

    /// Returns the ring with one more key whose signatures it accepts.
    #[must_use]
    pub fn accepting(mut self, key: GoldenKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Returns the ring, accepting only signatures by keys of at least this class.
    #[must_use]
    pub const fn requiring(mut self, class: KeyClass) -> Self {
        self.required_class = class;
        self
    }

    /// Returns the ring of all keys in `text`, one on each line; the first one signs. Empty lines and those that begin with
    /// `#` are skipped. `origin` says where the text is from, for the error.
    ///
    /// # Errors
    ///
    /// [`KeyError`] when a line is not a key or there is none.
    pub fn parse(text: &str, origin: &str) -> Result<Self, KeyError> {
        let lines = text.lines().map(str::trim);
        let keys = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| GoldenKey::parse(line, origin))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(KeyError::Malformed {
                origin: origin.into(),
            });
        }
        Ok(Self {
            keys,
            required_class: KeyClass::Dev,
        })
    }

    /// Returns the key that signs.
    #[must_use]
    pub fn signing_key(&self) -> &GoldenKey {
        &self.keys[0]
    }

    /// Returns all keys whose signatures are accepted.
    #[must_use]
    pub fn keys(&self) -> &[GoldenKey] {
        &self.keys
    }

    /// Returns the least class of key that is accepted.
    #[must_use]
    pub const fn required_class(&self) -> KeyClass {
        self.required_class
    }
}
