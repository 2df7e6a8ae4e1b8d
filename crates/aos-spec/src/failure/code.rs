//! What the table says about one error code.

use std::{fmt, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ErrorCode;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Passes by itself.
    Transient,
    /// Stays until something is changed.
    Permanent,
    /// A budget, quota or limit is used up.
    Resource,
    /// Somebody may not do this.
    Permission,
    /// The input is wrong.
    Validation,
    /// A database, disk or network does not work.
    Infrastructure,
    /// The planner's fault.
    Planner,
    /// The skill's fault.
    Skill,
    /// Data is missing or broken.
    Data,
    /// An attack, or what looks like one.
    Security,
    /// The durable state of a run.
    Checkpoint,
}

/// What is known about one [`ErrorCode`]: the row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// The stable word for the code, such as `TIMEOUT`.
    pub name: &'static str,
    /// What kind of thing went wrong.
    pub category: Category,
    /// How often the engine tries again at most; zero when the code is not retryable.
    pub max_retries: u32,
    /// The delay before the first retry; doubled for each further one.
    pub backoff_base: Duration,
    /// The HTTP status that fits the code.
    pub http_status: u16,
    /// What the code means, as a lowercase fragment.
    pub meaning: &'static str,
    /// What to do about it, as a sentence.
    pub advice: &'static str,
}

impl CodeInfo {
    /// Whether the engine may try a step again that failed with this code.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        self.max_retries > 0
    }
}

/// The text is not the name of an [`ErrorCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an error code", .0.escape_debug())]
pub struct UnknownCode(
    /// The refused text.
    pub String,
);

impl ErrorCode {
    /// Returns the stable word for the code, such as `TIMEOUT`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.info().name
    }

    /// Whether the engine may try a step again that failed with this code.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        self.info().is_retryable()
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ErrorCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| UnknownCode(text.into()))
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for ErrorCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}
