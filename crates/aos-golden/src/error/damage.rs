//! What can be wrong with a golden.

use aos_spec::{ErrorCode, RunId, StepId};

use crate::key::{KeyClass, KeyId};

/// What is wrong with a golden or its signature: one variant for each kind of damage, in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// There is no such golden.
    #[error("there is no such golden")]
    Missing,
    /// The golden has no signature.
    #[error("the golden has no signature")]
    Unsigned,
    /// Line endings were converted; `*.steps.jsonl -text` and `*.sig -text` in `.gitattributes` prevent it.
    #[error(
        "the line endings were converted to CRLF (add `*.steps.jsonl -text` and `*.sig -text` to .gitattributes)"
    )]
    LineEndings,
    /// The signature does not consist of exactly two lines.
    #[error("the signature does not have exactly two lines")]
    SignatureShape,
    /// A line of the signature is not what it should be.
    #[error("the signature is malformed: {0}")]
    SignatureMalformed(String),
    /// The signature was made with a key that is not in the ring.
    #[error("signed with key `{0}`, which is not among the given keys")]
    UnknownKey(KeyId),
    /// The header of the signature was changed.
    #[error("the header of the signature was changed after signing")]
    SealMismatch,
    /// The signature has a version or an algorithm that this program does not know.
    #[error("the signature has the unknown format `{format}` with algorithm `{alg}`")]
    SignatureFormat {
        /// The format that the header names.
        format: String,
        /// The algorithm that the header names.
        alg: String,
    },
    /// The key is good, but of a lower class than asked for.
    #[error("signed with a key of class `{found}`, where `{required}` is required")]
    KeyClass {
        /// The least class that was asked for.
        required: KeyClass,
        /// The class of the key.
        found: KeyClass,
    },
    /// The pair was renamed, or the signature is that of another golden.
    #[error("the signature is that of `{signed_as}`")]
    Renamed {
        /// The file name that was signed.
        signed_as: String,
    },
    /// The golden is longer or shorter than it was.
    #[error("the golden has {found} bytes, and {signed} were signed")]
    ByteCount {
        /// The length that was signed.
        signed: u64,
        /// The length now.
        found: u64,
    },
    /// Bytes of the golden were changed.
    #[error("the golden was changed after signing")]
    MacMismatch,
    /// A line is longer than any that a recorder writes.
    #[error("line {line} is longer than {} bytes", crate::MAX_LINE_BYTES)]
    LineTooLong {
        /// The line, from 1.
        line: usize,
    },
    /// The last line has no end.
    #[error("line {line} is cut off")]
    TornLine {
        /// The line, from 1.
        line: usize,
    },
    /// A line is not JSON.
    #[error("line {line} is not JSON: {reason}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// A line is JSON, but not in its canonical form.
    #[error("line {line} is not canonical JSON (column {column})")]
    NotCanonical {
        /// The line, from 1.
        line: usize,
        /// The first byte that is not canonical, from 1.
        column: usize,
    },
    /// A line is not an event, or not one that fits its place.
    #[error("line {line} is not an event of a golden: {reason}")]
    MalformedEvent {
        /// The line, from 1.
        line: usize,
        /// What does not fit.
        reason: String,
    },
    /// The golden has a version that this program does not know.
    #[error("the golden has the unknown format `{0}`")]
    UnsupportedFormat(String),
    /// The first event is not `run_start`.
    #[error("the first event is not `run_start`")]
    NoStart,
    /// The golden is that of another run than its signature or its name says.
    #[error("the golden is that of run `{found}`, and run `{signed}` was signed")]
    WrongRun {
        /// The run that the signature names.
        signed: RunId,
        /// The run that the golden names.
        found: RunId,
    },
    /// The recorded specification does not match its hash.
    #[error("the recorded specification does not match its hash")]
    SpecHash,
    /// Steps are missing or not in order.
    #[error("line {line} is step {found}, where step {expected} should be")]
    StepOrder {
        /// The line, from 1.
        line: usize,
        /// The index that should be there.
        expected: usize,
        /// The index that is there.
        found: usize,
    },
    /// A step stands twice.
    #[error("line {line} has step `{step_id}` a second time")]
    DuplicateStep {
        /// The line, from 1.
        line: usize,
        /// The step.
        step_id: StepId,
    },
    /// The last event is not `run_end`.
    #[error("the last event is not `run_end`")]
    NoEnd,
    /// Something follows `run_end`.
    #[error("line {line} follows `run_end`")]
    AfterEnd {
        /// The line, from 1.
        line: usize,
    },
    /// The number of events is not the signed one.
    #[error("the golden has {found} events, and {signed} were signed")]
    EventCount {
        /// The number that was signed.
        signed: usize,
        /// The number now.
        found: usize,
    },
}

impl Damage {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::DataNotFound,
            Self::Unsigned
            | Self::UnknownKey(_)
            | Self::SignatureFormat { .. }
            | Self::SignatureShape
            | Self::SignatureMalformed(_)
            | Self::KeyClass { .. } => ErrorCode::SignatureInvalid,
            Self::LineEndings
            | Self::SealMismatch
            | Self::Renamed { .. }
            | Self::ByteCount { .. }
            | Self::MacMismatch => ErrorCode::TamperDetected,
            _ => ErrorCode::DataCorrupt,
        }
    }
}
