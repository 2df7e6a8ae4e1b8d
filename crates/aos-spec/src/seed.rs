//! Seeds: every random choice of a run follows from one number.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// The seed of a run, or of one of its steps.
///
/// In JSON a seed is a decimal string, since most JSON tools cannot hold 64 bits in a number; numbers are read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seed(
    /// The number itself.
    pub u64,
);

/// Returns the seed of the step at `step_index` in canonical order: the first 16 hex digits of the SHA-256 of the text
/// `{base_seed}:{step_index}`, read as a number.
///
/// ```
/// use aos_spec::{Seed, derive_seed};
///
/// assert_eq!(derive_seed(Seed(42), 0), Seed(6_085_284_259_181_818_738));
/// ```
#[must_use]
pub fn derive_seed(base_seed: Seed, step_index: u64) -> Seed {
    hash(&format!("{base_seed}:{step_index}"))
}

impl Seed {
    /// Returns the seed of one purpose within a step, such as the jitter of one retry.
    ///
    /// `label` names the purpose and keeps the numbers of different purposes apart.
    #[must_use]
    pub fn stream(self, label: &str, number: u64) -> Self {
        hash(&format!("{self}:{label}:{number}"))
    }
}

fn hash(text: &str) -> Seed {
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    Seed(u64::from_be_bytes(first))
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Seed {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Seed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a seed between 0 and 2^64 - 1, as a decimal string or a number")
            }

            fn visit_u64<E: de::Error>(self, seed: u64) -> Result<Seed, E> {
                Ok(Seed(seed))
            }

            fn visit_str<E: de::Error>(self, seed: &str) -> Result<Seed, E> {
                seed.parse()
                    .ok()
                    .filter(|_| !seed.starts_with('+'))
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(seed), &self))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Seed {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{1,20}$" })
    }
}
