//! The limits of AOS, in one place. `docs/limits.md` is checked against this file.

/// Largest workflow file that is read, in bytes.
pub const MAX_SPEC_BYTES: usize = 4 * 1024 * 1024;

/// Most steps a workflow may have.
pub const MAX_STEPS: usize = 10_000;

/// Deepest nesting of arrays and objects in a specification, in inputs and in outputs.
pub const MAX_NESTING: usize = 64;

/// Largest output of one step, in bytes of canonical JSON, unless the engine is told otherwise.
pub const DEFAULT_MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// Largest inputs of one step after references are resolved, in bytes of canonical JSON.
pub const MAX_RESOLVED_INPUT_BYTES: usize = 16 * 1024 * 1024;

/// Most path segments in one reference such as `${step.a.b[0]}`.
pub const MAX_REFERENCE_DEPTH: usize = 32;

/// Longest idempotency key, in characters: what services that take one agree on.
pub const MAX_IDEMPOTENCY_KEY_CHARS: usize = 255;

/// Most retries that a step may ask for.
pub const MAX_RETRIES: u32 = 100;

/// Most attempts that may run at the same time in one run.
pub const MAX_PARALLEL: usize = 1_024;

/// Attempts that run at the same time in one run unless told otherwise.
pub const DEFAULT_PARALLEL: usize = 8;

/// Longest time limit of a step or run, in seconds (366 days).
pub const MAX_TIMEOUT_SECONDS: u64 = 366 * 24 * 3600;

/// Longest failure message that is kept, in bytes; longer ones are cut.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024;
