//! The durable record of a run: its header, the rows of its journal, and the checkpoint over them.
//!
//! A journal is only appended to. Its rows may arrive in any order of steps; what counts is the canonical order, and
//! everything else (the commit frontier, the results, the checkpoint hash) is derived from the rows.

mod cost;
mod failures;
mod row;
mod run;
mod statistics;

mod body;

pub use cost::{COST_PREFIX, total_cost};
pub use failures::{Fate, RunFailure, RunFailures};
pub use row::{CorruptRun, JOURNAL_FORMAT, JournalEntry, JournalRow, RowKind, check_readable_by};
pub use run::{Checkpoint, RunError, RunHeader, StoredRun, checkpoint_hash, derive_frontier};
pub use statistics::{FailureCount, FailureStatistics};
