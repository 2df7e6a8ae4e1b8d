//! Numbers and hashes as SQLite keeps them.

use aos_spec::ContentHash;

/// Returns `number` as it is kept: SQLite has 63 bits for it.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Returns the number that is kept as `stored`.
pub(super) fn unstored(stored: i64) -> sqlx::Result<u64> {
    u64::try_from(stored).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Returns the hash that is kept as `digits`, all 64 of them.
pub(super) fn hash(digits: String) -> sqlx::Result<ContentHash> {
    serde_json::from_value(digits.into()).map_err(|error| sqlx::Error::Decode(error.into()))
}
