//! Writing checkpoints.

use std::collections::BTreeSet;

use aos_spec::{
    RunStatus, Timestamp,
    port::{CheckpointUpdate, Lease, StoreError},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    budget,
    command::Call,
    jsonb::Array,
    number::{stored, unstored},
};
use crate::refusal::{fenced, version_conflict};

/// A checkpoint to write.
#[derive(Debug)]
pub(super) struct Save {
    lease: Lease,
    expected_version: u64,
    fields: Fields,
    row: Array,
}

/// What a checkpoint holds, as it is stored.
#[derive(Debug, PartialEq)]
struct Fields {
    status: String,
    next_step_index: i64,
    last_result_hash: String,
    error: Option<String>,
    elapsed_ms: i64,
}

impl Save {
    /// Encodes `update`.
    pub(super) fn new(lease: &Lease, update: &CheckpointUpdate) -> Result<Self, StoreError> {
        let error = update.error.as_ref().map(serde_json::to_string).transpose();
        let fields = Fields {
            status: update.status.as_str().into(),
            next_step_index: update.next_step_index.0.into(),
            last_result_hash: format!("{:x}", update.last_result_hash),
            error: error.map_err(|error| StoreError::Unavailable(error.to_string()))?,
            elapsed_ms: stored(update.elapsed_ms),
        };
        let mut row = Array::default();
        row.array(|array| {
            array
                .text(lease.run_id.as_str())
                .integer(stored(lease.token.0))
                .integer(stored(update.expected_version))
                .text(&fields.status)
                .integer(fields.next_step_index)
                .text(&fields.last_result_hash)
                .optional_text(fields.error.as_deref())
                .integer(fields.elapsed_ms);
        });
        Ok(Self {
            lease: lease.clone(),
            expected_version: update.expected_version,
            fields,
            row,
        })
    }

    /// Returns the lease under which the checkpoint is written.
    pub(super) const fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Charges the run what it has cost, when it lets go.
    async fn settle(&self, conn: &mut SqliteConnection) -> sqlx::Result<()> {
        let status = self.fields.status.parse().unwrap_or(RunStatus::Running);
        if status == RunStatus::Running {
            return Ok(());
        }
        budget::settle(conn, &self.lease.run_id, status.is_terminal()).await
    }

    /// Returns the number of bytes that the checkpoint takes.
    pub(super) fn size(&self) -> usize {
        self.row.size()
    }
}

/// Time does not run backwards, even where the clock does. The plus sign keeps the index on states out of it, through
/// which each save would look at all running runs.
pub(super) const UPDATE: &str = "update workflow_checkpoints as run
    set version = run.version + 1, status = new.status, next_step_index = new.next_step_index,
        last_result_hash = new.last_result_hash, error = new.error, elapsed_ms = new.elapsed_ms,
        owner = iif(new.status = 'running', owner, null),
        requested = iif(new.status = 'running', requested, null),
        updated_at = max(updated_at, ?2)
    from (select value->>0 as run_id, value->>1 as token, value->>2 as version, value->>3 as status,
              value->>4 as next_step_index, value->>5 as last_result_hash, value->>6 as error,
              value->>7 as elapsed_ms
          from jsonb_each(?1)) as new
    where run.run_id = new.run_id and run.token = new.token and run.version = new.version
        and +run.status = 'running'
    returning run_id";

const FIND: &str = "select token, version, status, next_step_index, last_result_hash, error, elapsed_ms
    from workflow_checkpoints where run_id = ?1";

/// Writes the checkpoints of all calls, each of another run, within a transaction, and refuses those that must be.
pub(super) async fn save(
    conn: &mut SqliteConnection,
    calls: &mut [Call<Save, u64>],
    now: Timestamp,
) -> sqlx::Result<()> {
    let rows = Array::value_of_all(calls.iter().map(|call| &call.ask.row));
    let saved: Vec<String> = sqlx::query_scalar(UPDATE)
        .bind(rows)
        .bind(now.as_micros())
        .fetch_all(&mut *conn)
        .await?;
    let saved = BTreeSet::from_iter(saved);
    for call in &mut *calls {
        call.answer = Some(if saved.contains(call.ask.lease.run_id.as_str()) {
            Ok(call.ask.expected_version + 1)
        } else {
            judge(conn, &call.ask).await?
        });
    }
    if budget::is_used(conn).await? {
        for call in calls.iter().filter(|call| matches!(call.answer, Some(Ok(_)))) {
            call.ask.settle(conn).await?;
        }
    }
    Ok(())
}

/// Returns why a checkpoint was not written: it is there already, or it must not be.
async fn judge(conn: &mut SqliteConnection, save: &Save) -> sqlx::Result<Result<u64, StoreError>> {
    let lease = &save.lease;
    let row = sqlx::query(FIND)
        .bind(lease.run_id.as_str())
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else {
        return Ok(Err(fenced(lease)));
    };
    let token = unstored(row.try_get("token")?)?;
    let version = unstored(row.try_get("version")?)?;
    let there = fields(&row)?;
    let is_saved = version > lease.version
        && save.expected_version.checked_add(1) == Some(version)
        && there == save.fields;
    Ok(if token != lease.token.0 {
        Err(fenced(lease))
    } else if is_saved {
        Ok(version)
    } else if there.status != RunStatus::Running.as_str() {
        Err(fenced(lease))
    } else {
        Err(version_conflict(lease, version, save.expected_version))
    })
}

fn fields(row: &SqliteRow) -> sqlx::Result<Fields> {
    Ok(Fields {
        status: row.try_get("status")?,
        next_step_index: row.try_get("next_step_index")?,
        last_result_hash: row.try_get("last_result_hash")?,
        error: row.try_get("error")?,
        elapsed_ms: row.try_get("elapsed_ms")?,
    })
}
