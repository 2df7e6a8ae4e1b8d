//! What can go wrong, as data: the table of error codes, and failures of steps.

mod code;
mod step_failure;
mod table;

pub use code::{Category, CodeInfo, UnknownCode};
pub use step_failure::StepFailure;
pub use table::ErrorCode;

/// Tells a caller what to do with the error of a component; callers match on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// Nothing happened; the same call may succeed later.
    Transient,
    /// It is not known whether the call took effect; ask again with the same identity to find out.
    Ambiguous,
    /// Another worker owns the run now; stop at once.
    Fenced,
    /// The same call will fail again.
    Permanent,
}
