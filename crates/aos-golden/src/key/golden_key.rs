//! One key.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use crate::{
    error::KeyError,
    key::{Mac, Tag},
};

/// The length below which keys are refused: HMAC pads short keys with zeros, so that different ones are equal.
pub const MIN_KEY_BYTES: usize = 32;

/// The published development key. It detects accidents, such as merges gone wrong, and no attack: everybody has it.
pub const DEVELOPMENT_KEY: &[u8; 42] = b"aos-golden: the published development key.";

/// How well a key is kept; a verifier can require a least class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum KeyClass {
    /// Published: [`DEVELOPMENT_KEY`] and others that are no secret.
    Dev,
    /// Known to the build system and to those who may change it; the class of keys that name none.
    #[default]
    Ci,
    /// Known to those who sign releases.
    Release,
}

impl KeyClass {
    const ALL: [Self; 3] = [Self::Dev, Self::Ci, Self::Release];

    /// Returns the word for this class.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Ci => "ci",
            Self::Release => "release",
        }
    }
}

impl fmt::Display for KeyClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for KeyClass {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let class = Self::ALL.into_iter().find(|class| class.as_str() == text);
        class.ok_or_else(|| KeyError::Malformed {
            origin: "the class of a key".into(),
        })
    }
}

/// Names a key without giving it away: the first eight bytes of an HMAC with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut id = [0; 8];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut id)
            .map_err(|_| de::Error::custom("a key id has 16 hex digits"))?;
        Ok(Self(id))
    }
}

/// A key that goldens are signed and verified with. Wiped from memory when it is dropped; never shown.
#[derive(Clone)]
pub struct GoldenKey {
    // INVARIANT: at least `MIN_KEY_BYTES` long.
    bytes: Zeroizing<Vec<u8>>,
    id: KeyId,
    class: KeyClass,
}

impl GoldenKey {
    /// Returns the key of these bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::TooShort`].
    pub fn new(bytes: &[u8], class: KeyClass) -> Result<Self, KeyError> {
        if bytes.len() < MIN_KEY_BYTES {
            return Err(KeyError::TooShort { found: bytes.len() });
        }
        Ok(Self::of_enough(Zeroizing::new(bytes.to_vec()), class))
    }

    fn of_enough(bytes: Zeroizing<Vec<u8>>, class: KeyClass) -> Self {
        let mut mac = Mac::new(&bytes);
        mac.update(b"aos-golden/key-id/v1");
        let mut id = [0; 8];
        id.copy_from_slice(&mac.finish()[..8]);
        Self {
            bytes,
            id: KeyId(id),
            class,
        }
    }

    /// Returns the published [`DEVELOPMENT_KEY`]. Only ever used when somebody asks for it by name.
    #[must_use]
    pub fn development() -> Self {
        Self::of_enough(Zeroizing::new(DEVELOPMENT_KEY.to_vec()), KeyClass::Dev)
    }

    /// Returns a new key of random bytes from the operating system.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoRandomness`].
    pub fn generate(class: KeyClass) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new(vec![0; MIN_KEY_BYTES]);
        getrandom::fill(&mut bytes).map_err(|error| KeyError::NoRandomness(error.to_string()))?;
        Ok(Self::of_enough(bytes, class))
    }

    /// Returns the key that `text` spells: `hex:…` or `base64:…`, after the word for its class if that is not `ci`.
    /// `origin` says where the text is from, for the error.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`], [`KeyError::TooShort`].
    pub fn parse(text: &str, origin: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed {
            origin: origin.into(),
        };
        let (class, key) = match text.trim().split_once(char::is_whitespace) {
            Some((class, key)) => (class.parse().map_err(|_| malformed())?, key.trim_start()),
            None => (KeyClass::default(), text.trim()),
        };
        let bytes = if let Some(digits) = key.strip_prefix("hex:") {
            hex::decode(digits).map_err(|_| malformed())
        } else if let Some(digits) = key.strip_prefix("base64:") {
            STANDARD.decode(digits).map_err(|_| malformed())
        } else {
            Err(malformed())
        };
        Self::new(&Zeroizing::new(bytes?), class)
    }

    /// Returns the text that [`GoldenKey::parse`] reads.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex::encode(&*self.bytes));
        Zeroizing::new(format!("{} hex:{}", self.class, *digits))
    }

    /// Returns the name of the key, which gives nothing away.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Returns how well the key is kept.
    #[must_use]
    pub const fn class(&self) -> KeyClass {
        self.class
    }

    pub(crate) fn start_mac(&self) -> Mac {
        Mac::new(&self.bytes)
    }

    pub(crate) fn mac(&self, bytes: &[u8]) -> Tag {
        let mut mac = self.start_mac();
        mac.update(bytes);
        mac.finish()
    }
}

impl fmt::Debug for GoldenKey {
    /// Writes the name and the class.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GoldenKey")
            .field("id", &self.id)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}
