//! How much a skill may put out.

use aos_spec::{ErrorCode, StepFailure, limits};

/// Counts the bytes of an output while it is built, so that a small input cannot grow into a huge output.
///
/// The bound is what the inputs of a step may hold: no later step could take a larger output. The engine has its own
/// limit, which is usually far lower.
pub(crate) struct OutputBudget {
    left: usize,
}

impl OutputBudget {
    pub(crate) fn new() -> Self {
        Self {
            left: limits::MAX_RESOLVED_INPUT_BYTES,
        }
    }

    /// Takes `bytes` from the budget.
    ///
    /// # Errors
    ///
    /// `OUTPUT_TOO_LARGE` when no more are left.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), StepFailure> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            let message = format!(
                "the output is larger than {} bytes",
                limits::MAX_RESOLVED_INPUT_BYTES
            );
            StepFailure::new(ErrorCode::OutputTooLarge, message)
        })?;
        Ok(())
    }
}
