//! Who owns a run: taking it over, asking its owner for something, and removing it.

use aos_spec::{
    RunId, RunStatus, Timestamp, WorkerId,
    port::{FencingToken, Lease, RunRequest, StoreError},
};
use sqlx::{Row, SqliteConnection};

use super::{
    budget,
    number::unstored,
    worker::{id, living},
    worker_lock::WorkerLocks,
};

pub(super) const FIND: &str =
    "select run_no, spec_no, status, owner from workflow_checkpoints where run_id = ?1";

const ACQUIRE: &str = "update workflow_checkpoints
    set status = 'running', owner = ?2, requested = null, token = token + 1, version = version + 1,
        updated_at = max(updated_at, ?3)
    where run_no = ?1 returning token, version";

/// `cancel` replaces `pause` and is not replaced.
const REQUEST: &str = "update workflow_checkpoints
    set requested = iif(requested = 'cancel', requested, ?2) where run_no = ?1";

/// The steps of a deletion, each over `run_no`.
const DELETE: [&str; 3] = [
    "update workflow_deletions
     set highest_token = max(highest_token, (select token from workflow_checkpoints where run_no = ?1))",
    "delete from workflow_steps where run_no = ?1",
    "delete from workflow_checkpoints where run_no = ?1",
];

const DELETE_UNUSED_SPEC: &str = "delete from workflow_specs where spec_no = ?1
    and not exists (select 1 from workflow_checkpoints where spec_no = ?1)";

/// A run, and the living worker that owns it.
struct Found {
    run_no: i64,
    spec_no: i64,
    status: RunStatus,
    holder: Option<WorkerId>,
}

/// Gives the run to `worker`.
pub(super) async fn acquire(
    conn: &mut SqliteConnection,
    locks: &WorkerLocks,
    (run_id, worker): &(RunId, WorkerId),
    now: Timestamp,
) -> sqlx::Result<Result<Lease, StoreError>> {
    let Some(found) = find(conn, locks, run_id, now).await? else {
        return Ok(Err(StoreError::NotFound(run_id.clone())));
    };
    if found.status.is_terminal() {
        return Ok(Err(StoreError::Ended {
            run_id: run_id.clone(),
            status: found.status,
        }));
    }
    if let Some(owner) = found.holder.filter(|owner| owner != worker) {
        return Ok(Err(StoreError::Held {
            run_id: run_id.clone(),
            owner,
        }));
    }
    let row = sqlx::query(ACQUIRE)
        .bind(found.run_no)
        .bind(worker.as_str())
        .bind(now.as_micros())
        .fetch_one(conn)
        .await?;
    Ok(Ok(Lease {
        run_id: run_id.clone(),
        worker: worker.clone(),
        token: FencingToken(unstored(row.try_get("token")?)?),
        version: unstored(row.try_get("version")?)?,
    }))
}

/// Notes what is asked of the owner of the run, if that lives.
pub(super) async fn request(
    conn: &mut SqliteConnection,
    locks: &WorkerLocks,
    (run_id, request): &(RunId, RunRequest),
    now: Timestamp,
) -> sqlx::Result<Result<bool, StoreError>> {
    let Some(found) = find(conn, locks, run_id, now).await? else {
        return Ok(Err(StoreError::NotFound(run_id.clone())));
    };
    if found.holder.is_none() {
        return Ok(Ok(false));
    }
    sqlx::query(REQUEST)
        .bind(found.run_no)
        .bind(request.as_str())
        .execute(conn)
        .await?;
    Ok(Ok(true))
}

/// Removes the run, unless a living worker owns it.
pub(super) async fn delete(
    conn: &mut SqliteConnection,
    locks: &WorkerLocks,
    run_id: &RunId,
    now: Timestamp,
) -> sqlx::Result<Result<bool, StoreError>> {
    let Some(found) = find(conn, locks, run_id, now).await? else {
        return Ok(Ok(false));
    };
    if let Some(owner) = found.holder {
        return Ok(Err(StoreError::Held {
            run_id: run_id.clone(),
            owner,
        }));
    }
    budget::settle(conn, run_id, true).await?;
    for statement in DELETE {
        sqlx::query(statement)
            .bind(found.run_no)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query(DELETE_UNUSED_SPEC)
        .bind(found.spec_no)
        .execute(conn)
        .await?;
    Ok(Ok(true))
}

async fn find(
    conn: &mut SqliteConnection,
    locks: &WorkerLocks,
    run_id: &RunId,
    now: Timestamp,
) -> sqlx::Result<Option<Found>> {
    let row = sqlx::query(FIND)
        .bind(run_id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Found {
        run_no: row.try_get("run_no")?,
        spec_no: row.try_get("spec_no")?,
        status: id(row.try_get("status")?)?,
        holder: living(conn, locks, row.try_get("owner")?, now).await?,
    }))
}
