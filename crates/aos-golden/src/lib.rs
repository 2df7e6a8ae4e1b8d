//! Signed golden files: record, verify, compare, replay.
//!
//! A golden is what a run did, one event a line in canonical JSON, beside a signature of its bytes. The same run gives the same
//! golden every time; so a golden of yesterday shows whether the program of today still does the same.
//!
//! - [`GoldenRecorder`] and [`InMemoryGoldenRecorder`] write what the engine tells them.
//! - [`load_golden`] gives a golden back when its signature is good, and says exactly what is wrong when it is not.
//! - [`compare_golden`] tells in what two goldens differ.
//! - [`Recording`] answers for the outside world while a golden is replayed.
//! - [`corpus`] keeps a folder of goldens in order: check, regenerate, accept, report.
//!
//! Suggested reading order: [`event`], [`signature`](crate#signatures), [`key`], [`corpus`].
//!
//! # Signatures
//!
//! `{run_id}.steps.jsonl.sig` holds two lines of canonical JSON: a header with the HMAC-SHA256 of the golden, and the HMAC of that
//! header line. Whoever can verify can also sign: a signature shows changes by those who lack the key.
//! `docs/golden-files.md` has the format, and checks with ordinary tools.

pub mod compare;
pub mod corpus;
pub mod error;
pub mod event;
pub mod fs;
pub mod key;
pub mod paths;

mod golden;
mod line;
mod recorder;
mod redact;
mod replay;
mod secret;
mod signature;
mod transcript;

pub use compare::{CompareOptions, Difference, DifferenceKind, compare_golden};
pub use error::{CorpusError, Damage, GoldenError, KeyError, ReplayError};
pub use event::{GOLDEN_FORMAT, GoldenEvent};
pub use golden::{
    Golden, VerifiedGolden, load_golden, load_golden_on, load_unverified, rekey_golden, sign_golden,
    verify_golden,
};
pub use key::{GoldenKey, KeyClass, KeyId, KeyRing, MIN_KEY_BYTES};
pub use recorder::{GoldenRecorder, InMemoryGoldenRecorder};
pub use redact::{Redaction, RedactionError};
pub use replay::Recording;
pub use secret::{SecretFinding, find_secret};
pub use transcript::RecorderOptions;

/// The longest line of a golden: longer ones are neither written nor read.
pub const MAX_LINE_BYTES: usize = 32 * 1024 * 1024;
