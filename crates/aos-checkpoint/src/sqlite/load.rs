//! Reading one run with its whole journal.

use aos_spec::{
    ContentHash, RunId, StepIndex, Timestamp,
    journal::{Checkpoint, JournalRow, RowKind, RunHeader, StoredRun},
};
use serde_json::Value;
use sqlx::{Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    create::header_hash,
    error::{Fault, is_damage},
    number::{hash, unstored},
    worker::id,
};
use crate::verify::{assemble, check_format, corrupt};

pub(super) const FIND: &str =
    "select run_no, status, version, next_step_index, last_result_hash, error, elapsed_ms,
        created_at, updated_at, header, header_hash, spec
    from workflow_checkpoints join workflow_specs using (spec_no) where run_id = ?1";

/// Many rows in one: each row of a result costs a hand-over between threads. The second column numbers the last row in
/// the order of its key.
pub(super) const PAGE: &str = "select json_group_array(
        json_array(step, kind, attempt, hash, duration_ms, elapsed_ms, body)),
        max((step << 35) | (kind << 32) | attempt)
    from (select * from workflow_steps
          where run_no = ?1 and (step, kind, attempt) > (?2, ?3, ?4)
          order by step, kind, attempt limit ?5)";

/// Few enough that a page of the largest outputs is far from what SQLite can return.
const ROWS_PER_PAGE: u16 = 256;

type RowFields = (u32, i64, u32, i64, u64, u64, String);

/// Returns the run with its whole journal.
pub(super) async fn load(readers: &SqlitePool, run_id: &RunId) -> Result<Option<StoredRun>, Fault> {
    read(readers, run_id).await.map_err(|fault| match fault {
        Fault::Sqlite(error) if is_damage(&error) => {
            Fault::Store(corrupt(run_id.as_str(), error.to_string()).into())
        }
        fault => fault,
    })
}

async fn read(readers: &SqlitePool, run_id: &RunId) -> Result<Option<StoredRun>, Fault> {
    // One transaction, so that all pages are of the same moment.
    let mut snapshot = readers.begin().await?;
    let row = sqlx::query(FIND)
        .bind(run_id.as_str())
        .fetch_optional(&mut *snapshot)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let checkpoint = checkpoint(&row, run_id)?;
    let journal = journal(&mut snapshot, row.try_get("run_no")?, run_id).await?;
    snapshot.commit().await?;
    assemble(checkpoint, journal).map(Some).map_err(Fault::Store)
}

fn checkpoint(row: &SqliteRow, run_id: &RunId) -> Result<Checkpoint, Fault> {
    let damaged = |reason: String| Fault::Store(corrupt(run_id.as_str(), reason).into());
    let rest: &str = row.try_get("header")?;
    let spec: String = row.try_get("spec")?;
    if header_hash(rest, &spec) != hash(row.try_get("header_hash")?)? {
        return Err(damaged("what it was started with does not match its hash".into()));
    }
    let rest: Value = serde_json::from_str(rest).map_err(|error| damaged(error.to_string()))?;
    // Asked first: the other fields of a newer format may be unknown here.
    let format = rest["format"].as_u64().and_then(|format| format.try_into().ok());
    check_format(format.ok_or_else(|| damaged("it has no format".into()))?)?;
    let mut header: RunHeader = serde_json::from_value(rest).map_err(|error| damaged(error.to_string()))?;
    header.spec = spec;
    let error: Option<&str> = row.try_get("error")?;
    let error = error.map(serde_json::from_str).transpose();

    let mut checkpoint = Checkpoint::new(header, Timestamp::from_micros(row.try_get("created_at")?));
    checkpoint.status = id(row.try_get("status")?)?;
    checkpoint.version = unstored(row.try_get("version")?)?;
    checkpoint.next_step_index = StepIndex(row.try_get("next_step_index")?);
    checkpoint.last_result_hash = hash(row.try_get("last_result_hash")?)?;
    checkpoint.error = error.map_err(|error| damaged(error.to_string()))?;
    checkpoint.elapsed_ms = unstored(row.try_get("elapsed_ms")?)?;
    checkpoint.updated_at = Timestamp::from_micros(row.try_get("updated_at")?);
    Ok(checkpoint)
}

async fn journal(conn: &mut SqliteConnection, run_no: i64, run_id: &RunId) -> Result<Vec<JournalRow>, Fault> {
    let damaged = |reason: String| Fault::Store(corrupt(run_id.as_str(), reason).into());
    let mut journal: Vec<JournalRow> = Vec::new();
    let mut before = -1;
    let mut page = page_after(conn, run_no, before).await?;
    while let (rows, Some(last)) = page {
        if last <= before {
            return Err(damaged("its rows are not in the order of their keys".into()));
        }
        before = last;
        // The next page is read by another thread while this one is taken apart.
        let (next, rows) = tokio::join!(page_after(conn, run_no, last), async { parse(&rows) });
        journal.extend(rows.map_err(damaged)?);
        page = next?;
    }
    Ok(journal)
}

/// Returns the rows behind the one with the number `last`, and the number of the last of them; none when there is none.
async fn page_after(
    conn: &mut SqliteConnection,
    run_no: i64,
    last: i64,
) -> sqlx::Result<(String, Option<i64>)> {
    sqlx::query_as(PAGE)
        .bind(run_no)
        .bind(last >> 35)
        .bind(last >> 32 & 7)
        .bind(last & i64::from(u32::MAX))
        .bind(ROWS_PER_PAGE)
        .fetch_one(conn)
        .await
}

fn parse(page: &str) -> Result<Vec<JournalRow>, String> {
    let rows: Vec<RowFields> = serde_json::from_str(page).map_err(|error| error.to_string())?;
    rows.into_iter().map(verified).collect()
}

/// Returns the row, which must match its hash.
fn verified(fields: RowFields) -> Result<JournalRow, String> {
    let (step, kind, attempt, short_hash, duration_ms, elapsed_ms, body) = fields;
    let kind =
        RowKind::from_number(kind).ok_or_else(|| format!("a row of step {step} is of no known kind"))?;
    let hash = ContentHash::of_bytes(body.as_bytes());
    if hash.short().cast_signed() != short_hash {
        return Err(format!("a row of step {step} does not match its hash"));
    }
    Ok(JournalRow {
        step: StepIndex(step),
        kind,
        attempt,
        body,
        hash,
        duration_ms,
        elapsed_ms,
    })
}
