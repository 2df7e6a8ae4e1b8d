//! Listing runs.

use aos_spec::{
    RunStatus, Timestamp, WorkerId,
    journal::RowKind,
    port::{DEFAULT_LIST_LIMIT, RunFilter, RunSummary},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool, sqlite::SqliteRow};

use super::{number::unstored, worker::id, worker_lock::LockFolder};

/// Returns the runs that `filter` names.
pub(super) async fn list(
    readers: &SqlitePool,
    locks: &LockFolder,
    filter: &RunFilter,
    now: Timestamp,
) -> sqlx::Result<Vec<RunSummary>> {
    // The steps are counted after the limit, for the runs that are shown alone.
    let mut query: QueryBuilder<Sqlite> =
        QueryBuilder::new("with shown as materialized (select * from workflow_checkpoints where true");
    if !filter.statuses.is_empty() {
        query.push(" and status in (");
        let mut statuses = query.separated(", ");
        for status in &filter.statuses {
            statuses.push_bind(status.as_str());
        }
        query.push(")");
    }
    if let Some(workflow_id) = &filter.workflow_id {
        query.push(" and workflow_id = ").push_bind(workflow_id.as_str());
    }
    let limit = filter.limit.unwrap_or(DEFAULT_LIST_LIMIT);
    query
        .push(" order by updated_at desc, run_id limit ")
        .push_bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .push(
            ") select run_id, workflow_id, status, owner, locks_file, steps_total, error->>'code' as error_code,
                 created_at, updated_at, (select count(*) from workflow_steps
                     where workflow_steps.run_no = shown.run_no and kind = ",
        )
        .push_bind(RowKind::Ended.number())
        .push(") as steps_ended from shown left join workflow_workers on worker_id = owner and expires_at > ")
        .push_bind(now.as_micros())
        .push(" order by updated_at desc, run_id");
    let rows = query.build().fetch_all(readers).await?;
    rows.iter().map(|row| summary(row, locks)).collect()
}

fn summary(row: &SqliteRow, locks: &LockFolder) -> sqlx::Result<RunSummary> {
    let status: RunStatus = id(row.try_get("status")?)?;
    let created_at = Timestamp::from_micros(row.try_get("created_at")?);
    let mut summary = RunSummary::new(
        id(row.try_get("run_id")?)?,
        id(row.try_get("workflow_id")?)?,
        status,
        created_at,
    );
    // Without a registered worker there is no `locks_file`.
    let locks_file: Option<bool> = row.try_get("locks_file")?;
    if let Some(locks_file) = locks_file {
        let owner: WorkerId = id(row.try_get("owner")?)?;
        summary.owner = Some(owner).filter(|owner| !locks_file || !locks.is_gone(owner));
    }
    let error_code: Option<&str> = row.try_get("error_code")?;
    summary.error_code = error_code.map(id).transpose()?;
    summary.steps_ended = count(row.try_get("steps_ended")?)?;
    summary.steps_total = count(row.try_get("steps_total")?)?;
    summary.updated_at = Timestamp::from_micros(row.try_get("updated_at")?);
    Ok(summary)
}

fn count(stored: i64) -> sqlx::Result<usize> {
    usize::try_from(unstored(stored)?).map_err(|error| sqlx::Error::Decode(error.into()))
}
