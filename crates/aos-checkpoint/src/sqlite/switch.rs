//! The emergency stop.

use aos_spec::{
    Timestamp,
    port::{StopOrder, StopScope, SwitchState},
};
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::{number::unstored, worker::id};

const GENERATION: &str =
    "select coalesce(max(max(generation, coalesce(release_generation, 0))), 0) from emergency_stops";

const LIST: &str = "select generation, scope, reason, stopped_at from emergency_stops
    where release_generation is null";

const STOP: &str =
    "insert into emergency_stops(generation, scope, reason, stopped_at) values (?1, ?2, ?3, ?4)
    on conflict(scope) where release_generation is null do nothing";

const RELEASE: &str = "update emergency_stops
    set release_generation = ?1, release_reason = ?3, released_at = ?4
    where scope = ?2 and release_generation is null";

/// Returns what is stopped.
pub(super) async fn read(readers: &SqlitePool) -> sqlx::Result<SwitchState> {
    let mut snapshot = readers.begin().await?;
    let generation = generation(&mut snapshot).await?;
    let rows = sqlx::query(LIST).fetch_all(&mut *snapshot).await?;
    let mut orders = rows
        .iter()
        .map(|row| {
            Ok(StopOrder {
                scope: id(row.try_get("scope")?)?,
                reason: row.try_get("reason")?,
                generation: unstored(row.try_get("generation")?)?,
                since: Timestamp::from_micros(row.try_get("stopped_at")?),
            })
        })
        .collect::<sqlx::Result<Vec<_>>>()?;
    orders.sort_by(|one, other| one.scope.cmp(&other.scope));
    Ok(SwitchState { generation, orders })
}

/// Stops `scope`, unless it is stopped, and returns the generation.
pub(super) async fn stop(
    conn: &mut SqliteConnection,
    (scope, reason): &(StopScope, String),
    now: Timestamp,
) -> sqlx::Result<u64> {
    let next = generation(conn).await? + 1;
    change(conn, STOP, next, scope, reason, now).await?;
    generation(conn).await
}

/// Releases the stop of `scope`, and returns whether it was on.
pub(super) async fn release(
    conn: &mut SqliteConnection,
    (scope, reason): &(StopScope, String),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let next = generation(conn).await? + 1;
    Ok(change(conn, RELEASE, next, scope, reason, now).await? > 0)
}

async fn change(
    conn: &mut SqliteConnection,
    statement: &'static str,
    generation: u64,
    scope: &StopScope,
    reason: &str,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let done = sqlx::query(statement)
        .bind(super::number::stored(generation))
        .bind(scope.to_string())
        .bind(reason)
        .bind(now.as_micros())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

async fn generation(conn: &mut SqliteConnection) -> sqlx::Result<u64> {
    unstored(sqlx::query_scalar(GENERATION).fetch_one(conn).await?)
}
