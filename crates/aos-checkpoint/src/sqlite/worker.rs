//! Who may hold leases: workers that exist.

use std::time::Duration;

use aos_spec::{
    RunId, Timestamp, WorkerId,
    port::{RunRequest, StoreError},
};
use sqlx::{Row, SqliteConnection};

use super::worker_lock::{Taken, WorkerLocks};

const REGISTER: &str = "insert into workflow_workers(worker_id, expires_at, locks_file) values (?1, ?2, ?3)
    on conflict do update set expires_at = excluded.expires_at, locks_file = excluded.locks_file";

const FIND: &str =
    "select expires_at > ?2 as is_registered, locks_file from workflow_workers where worker_id = ?1";

const LIST_EXPIRED: &str = "select worker_id, locks_file from workflow_workers where expires_at <= ?1";

const FORGET: &str = "delete from workflow_workers where worker_id = ?1";

const LIST_REQUESTS: &str = "select run_id, requested from workflow_checkpoints
    where owner = ?1 and requested is not null order by run_id";

/// Registers `worker` for the next `ttl` and returns what was asked of its runs.
pub(super) async fn heartbeat(
    conn: &mut SqliteConnection,
    locks: &mut WorkerLocks,
    worker: &WorkerId,
    ttl: Duration,
    now: Timestamp,
) -> sqlx::Result<Result<Vec<(RunId, RunRequest)>, StoreError>> {
    if !locks.knows(worker) {
        forget_expired(conn, locks, now).await?;
    }
    let locks_file = match locks.hold(worker).await {
        Ok(locks_file) => locks_file,
        Err(Taken) => {
            let reason = format!("another process works as `{worker}`; give each its own worker id");
            return Ok(Err(StoreError::Unavailable(reason)));
        }
    };
    sqlx::query(REGISTER)
        .bind(worker.as_str())
        .bind(now.saturating_add(ttl).as_micros())
        .bind(locks_file)
        .execute(&mut *conn)
        .await?;
    let rows = sqlx::query(LIST_REQUESTS)
        .bind(worker.as_str())
        .fetch_all(conn)
        .await?;
    let request = |text: &str| match text {
        "cancel" => RunRequest::Cancel,
        _ => RunRequest::Pause,
    };
    rows.iter()
        .map(|row| Ok((id(row.try_get(0)?)?, request(row.try_get(1)?))))
        .collect::<sqlx::Result<_>>()
        .map(Ok)
}

/// Forgets the workers that ended without saying so, but not those that only sleep.
async fn forget_expired(
    conn: &mut SqliteConnection,
    locks: &WorkerLocks,
    now: Timestamp,
) -> sqlx::Result<()> {
    let rows = sqlx::query(LIST_EXPIRED)
        .bind(now.as_micros())
        .fetch_all(&mut *conn)
        .await?;
    for row in rows {
        let worker = id(row.try_get("worker_id")?)?;
        if !row.try_get("locks_file")? || locks.folder.is_gone(&worker) {
            locks.folder.remove(&worker);
            forget(conn, &worker).await?;
        }
    }
    Ok(())
}

/// Returns `owner` if it exists, and forgets it if its process is gone.
pub(super) async fn living(
    conn: &mut SqliteConnection,
    locks: &WorkerLocks,
    owner: Option<&str>,
    now: Timestamp,
) -> sqlx::Result<Option<WorkerId>> {
    let Some(owner) = owner else {
        return Ok(None);
    };
    let row = sqlx::query(FIND)
        .bind(owner)
        .bind(now.as_micros())
        .fetch_optional(&mut *conn)
        .await?;
    let owner = id(owner)?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.try_get("locks_file")? && locks.folder.is_gone(&owner) {
        locks.folder.remove(&owner);
        forget(conn, &owner).await?;
        return Ok(None);
    }
    let is_registered: bool = row.try_get("is_registered")?;
    Ok(is_registered.then_some(owner))
}

/// Forgets `worker`.
pub(super) async fn retire(
    conn: &mut SqliteConnection,
    locks: &mut WorkerLocks,
    worker: &WorkerId,
) -> sqlx::Result<()> {
    locks.release(worker);
    forget(conn, worker).await
}

async fn forget(conn: &mut SqliteConnection, worker: &WorkerId) -> sqlx::Result<()> {
    sqlx::query(FORGET).bind(worker.as_str()).execute(conn).await?;
    Ok(())
}

/// Returns the identifier that is kept as `text`.
pub(super) fn id<T: std::str::FromStr>(text: &str) -> sqlx::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| sqlx::Error::Decode(error.into()))
}
