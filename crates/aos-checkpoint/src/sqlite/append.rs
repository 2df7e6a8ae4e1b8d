//! Appending to journals: the statement on the path of every step.

use aos_spec::{
    StepIndex,
    journal::JournalRow,
    port::{Lease, StoreError},
};
use sqlx::{Connection, SqliteConnection};

use super::{command::Call, error::is_refusal, jsonb::Array, number::stored};
use crate::refusal::{fenced, row_conflict};

/// About how many bytes a row takes besides its body, which saves growing.
const BESIDE_THE_BODY: usize = 128;

/// Rows to append.
#[derive(Debug)]
pub(super) struct Append {
    lease: Lease,
    rows: Array,
}

impl Append {
    /// Encodes `rows`, so that the writer has only to copy them.
    pub(super) fn new(lease: &Lease, rows: &[JournalRow]) -> Self {
        let size: usize = rows.iter().map(|row| row.body.len() + BESIDE_THE_BODY).sum();
        let mut encoded = Array::with_capacity(size);
        for row in rows {
            encoded.array(|array| {
                array
                    .text(lease.run_id.as_str())
                    .integer(stored(lease.token.0))
                    .integer(row.step.0.into())
                    .integer(row.kind.number())
                    .integer(row.attempt.into())
                    .integer(row.hash.short().cast_signed())
                    .integer(stored(row.duration_ms))
                    .integer(stored(row.elapsed_ms))
                    .text(&row.body);
            });
        }
        Self {
            lease: lease.clone(),
            rows: encoded,
        }
    }

    /// Returns the lease under which the rows are appended.
    pub(super) const fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Returns the number of bytes that the rows take.
    pub(super) fn size(&self) -> usize {
        self.rows.size()
    }
}

/// The fence is part of the statement: a row whose lease does not hold has no run, which the table refuses.
macro_rules! insert {
    () => {
        "insert into workflow_steps(run_no, step, kind, attempt, hash, duration_ms, elapsed_ms, body)
         select (select run_no from workflow_checkpoints
                 where run_id = value->>0 and token = value->>1 and status = 'running'),
             value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
         from jsonb_each(?1) where true"
    };
}

pub(super) const INSERT: &str = insert!();

const INSERT_WHAT_IS_NEW: &str = concat!(insert!(), " on conflict do nothing");

const COUNT_LEASES: &str = "select count(*) from workflow_checkpoints
    where run_id = ?1 and token = ?2 and status = 'running'";

const FIND_CONFLICT: &str = "select step
    from jsonb_each(?1) join workflow_checkpoints on run_id = value->>0 join workflow_steps using (run_no)
    where step = value->>2 and kind = value->>3 and attempt = value->>4 and hash <> value->>5
    order by key limit 1";

/// Appends the rows of all calls in one statement. When any of them must be refused it fails and does nothing.
pub(super) async fn append_together(
    conn: &mut SqliteConnection,
    calls: &mut [Call<Append, ()>],
) -> sqlx::Result<()> {
    let rows = Array::value_of_all(calls.iter().map(|call| &call.ask.rows));
    sqlx::query(INSERT).bind(rows).execute(conn).await?;
    for call in calls {
        call.answer = Some(Ok(()));
    }
    Ok(())
}

/// Appends the rows of all calls, within a transaction, and refuses those that must be.
pub(super) async fn append(conn: &mut SqliteConnection, calls: &mut [Call<Append, ()>]) -> sqlx::Result<()> {
    match append_together(conn, calls).await {
        Err(error) if is_refusal(&error) => {
            for call in calls {
                call.answer = Some(append_one(conn, &call.ask).await?);
            }
            Ok(())
        }
        result => result,
    }
}

async fn append_one(conn: &mut SqliteConnection, append: &Append) -> sqlx::Result<Result<(), StoreError>> {
    if append.size() == 0 {
        return Ok(Ok(()));
    }
    let leases: i64 = sqlx::query_scalar(COUNT_LEASES)
        .bind(append.lease.run_id.as_str())
        .bind(stored(append.lease.token.0))
        .fetch_one(&mut *conn)
        .await?;
    if leases == 0 {
        return Ok(Err(fenced(&append.lease)));
    }
    let rows = Array::value_of_all([&append.rows].into_iter());
    let mut savepoint = conn.begin().await?;
    sqlx::query(INSERT_WHAT_IS_NEW)
        .bind(rows.clone())
        .execute(&mut *savepoint)
        .await?;
    let conflict: Option<u32> = sqlx::query_scalar(FIND_CONFLICT)
        .bind(rows)
        .fetch_optional(&mut *savepoint)
        .await?;
    match conflict {
        None => savepoint.commit().await.map(Ok),
        Some(step) => {
            savepoint.rollback().await?;
            Ok(Err(row_conflict(&append.lease, StepIndex(step))))
        }
    }
}
