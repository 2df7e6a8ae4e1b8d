//! Bytes as text in inputs and outputs.

use aos_spec::{ContentHash, ErrorCode, StepFailure};
use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::Deserialize;

/// How bytes are written as text.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoding {
    /// As the text that they are.
    #[default]
    Utf8,
    /// In base64 with padding (RFC 4648, section 4).
    Base64,
}

impl Encoding {
    /// Writes bytes as text.
    pub(super) fn encode(self, bytes: Vec<u8>) -> Result<String, StepFailure> {
        match self {
            Self::Base64 => Ok(STANDARD.encode(bytes)),
            Self::Utf8 => String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                let message =
                    format!("the file is not UTF-8 at byte {at}; `encoding: base64` takes any bytes");
                StepFailure::new(ErrorCode::DeserializationError, message)
            }),
        }
    }

    /// Reads bytes from text.
    pub(super) fn decode(self, text: String) -> Result<Vec<u8>, StepFailure> {
        match self {
            Self::Utf8 => Ok(text.into_bytes()),
            Self::Base64 => STANDARD.decode(text).map_err(|error| {
                let message = format!("the input `content` is not base64: {error}");
                StepFailure::new(ErrorCode::InvalidInput, message)
            }),
        }
    }
}

/// Returns the SHA-256 of `bytes` as 64 hex digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", ContentHash::of_bytes(bytes))
}
