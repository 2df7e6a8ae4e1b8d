//! What errors of SQLite mean for the caller of a store.

use std::path::Path;

use aos_spec::port::StoreError;

const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READ_ONLY: u32 = 8;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANNOT_OPEN: u32 = 14;
const CONSTRAINT: u32 = 19;
const NOT_A_DATABASE: u32 = 26;

/// Why something that changes nothing could not be done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The caller asked for what cannot be.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SQLite could not do it.
    #[error(transparent)]
    Sqlite(#[from] sqlx::Error),
}

impl Fault {
    /// Returns the error for the caller of the store at `path`.
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(error) => unavailable(path, &error),
        }
    }
}

/// Returns the primary result code: the low byte of the extended one.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

/// Whether somebody else holds the database; the statement has done nothing.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(BUSY | LOCKED))
}

/// Whether a rule of a table refused the statement, which has done nothing.
pub(super) fn is_refusal(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(CONSTRAINT)
}

/// Whether the file, or a value in it, is not what was written.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
        || matches!(primary_code(error), Some(CORRUPT | NOT_A_DATABASE))
}

/// Returns the error for work that changed nothing.
pub(super) fn unavailable(path: &Path, error: &sqlx::Error) -> StoreError {
    StoreError::Unavailable(describe(path, error))
}

/// Returns the error for a write that failed at the moment of its commit.
pub(super) fn ambiguous(path: &Path, error: &sqlx::Error) -> StoreError {
    if is_busy(error) || is_refusal(error) || primary_code(error) == Some(READ_ONLY) {
        return unavailable(path, error);
    }
    StoreError::Ambiguous(describe(path, error))
}

/// Returns the error for a store that was closed.
pub(super) fn closed(path: &Path) -> StoreError {
    StoreError::Unavailable(format!("`{}` was closed", path.display()))
}

fn describe(path: &Path, error: &sqlx::Error) -> String {
    let path = path.display();
    match primary_code(error) {
        Some(BUSY | LOCKED) => format!("`{path}` is locked by another program; try again when it is done"),
        Some(READ_ONLY) => format!("`{path}` is read-only; make the file and its folder writable"),
        Some(CORRUPT) => format!("`{path}` is damaged ({error}); restore it from a backup"),
        Some(FULL) => format!("`{path}` cannot grow ({error}); make room on the disk"),
        Some(CANNOT_OPEN) => {
            format!(
                "`{path}` cannot be opened ({error}); check that it is a file in a folder you may write to"
            )
        }
        Some(NOT_A_DATABASE) => format!("`{path}` is not a SQLite database; name another file"),
        _ if matches!(error, sqlx::Error::PoolClosed) => format!("`{path}` was closed"),
        _ => format!("`{path}`: {error}"),
    }
}
