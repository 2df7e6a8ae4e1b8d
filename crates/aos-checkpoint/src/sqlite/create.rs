//! Creating runs.

use std::{collections::BTreeMap, slice};

use aos_spec::{
    ContentHash, RunId, Timestamp, WorkerId,
    journal::RunHeader,
    port::{FencingToken, Lease, StoreError},
};
use sqlx::SqliteConnection;

use super::{command::Call, error::is_refusal, jsonb::Array, number::unstored};

/// A run to create.
#[derive(Debug)]
pub(super) struct Create {
    run_id: RunId,
    worker: WorkerId,
    spec: String,
    spec_hash: String,
    row: Array,
}

impl Create {
    /// Encodes the run of `header`.
    pub(super) fn new(header: &RunHeader, worker: &WorkerId) -> Result<Self, StoreError> {
        let mut rest = header.clone();
        let spec = std::mem::take(&mut rest.spec);
        let rest =
            serde_json::to_string(&rest).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let spec_hash = format!("{:x}", ContentHash::of_bytes(spec.as_bytes()));
        let mut row = Array::default();
        row.array(|fields| {
            fields
                .text(header.run_id.as_str())
                .text(header.workflow_id.as_str())
                .text(worker.as_str())
                .text(&format!("{:x}", header.spec_hash))
                .integer(i64::try_from(header.steps_total).unwrap_or(i64::MAX))
                .text(&rest)
                .text(&format!("{:x}", header_hash(&rest, &spec)))
                .text(&spec_hash);
        });
        Ok(Self {
            run_id: header.run_id.clone(),
            worker: worker.clone(),
            spec,
            spec_hash,
            row,
        })
    }

    /// Returns the number of bytes that the run takes.
    pub(super) fn size(&self) -> usize {
        self.row.size() + self.spec.len()
    }

    fn lease(&self, token: u64) -> Lease {
        Lease {
            run_id: self.run_id.clone(),
            worker: self.worker.clone(),
            token: FencingToken(token),
            version: 1,
        }
    }
}

/// Returns the hash over the two parts of a header: the specification and the rest.
pub(super) fn header_hash(rest: &str, spec: &str) -> ContentHash {
    ContentHash::of_bytes(rest.as_bytes()).chain(ContentHash::of_bytes(spec.as_bytes()))
}

pub(super) const INSERT_SPECS: &str = "insert into workflow_specs(hash, spec)
    select value->>0, value->>1 from jsonb_each(?1) where true on conflict do nothing";

pub(super) const INSERT_RUNS: &str = "insert into workflow_checkpoints(
        run_id, workflow_id, status, version, token, owner, next_step_index, last_result_hash, steps_total,
        elapsed_ms, created_at, updated_at, spec_no, header, header_hash)
    select value->>0, value->>1, 'running', 1, (select highest_token + 1 from workflow_deletions), value->>2, 0,
        value->>3, value->>4, 0, ?2, ?2, (select spec_no from workflow_specs where hash = value->>7), value->>5,
        value->>6
    from jsonb_each(?1)
    returning token";

/// Creates the runs of all calls, within a transaction, and refuses those that exist.
pub(super) async fn create(
    conn: &mut SqliteConnection,
    calls: &mut [Call<Create, Lease>],
    now: Timestamp,
) -> sqlx::Result<()> {
    insert_specs(conn, calls).await?;
    match insert_runs(conn, calls, now).await {
        Err(error) if is_refusal(&error) => {
            for call in calls {
                match insert_runs(conn, slice::from_mut(call), now).await {
                    Err(error) if is_refusal(&error) => {
                        call.answer = Some(Err(StoreError::AlreadyExists(call.ask.run_id.clone())));
                    }
                    result => result?,
                }
            }
            Ok(())
        }
        result => result,
    }
}

async fn insert_specs(conn: &mut SqliteConnection, calls: &[Call<Create, Lease>]) -> sqlx::Result<()> {
    let specs: BTreeMap<&str, &str> = calls
        .iter()
        .map(|call| (call.ask.spec_hash.as_str(), call.ask.spec.as_str()))
        .collect();
    let mut rows = Array::default();
    for (hash, spec) in specs {
        rows.array(|row| {
            row.text(hash).text(spec);
        });
    }
    let rows = Array::value_of_all([&rows].into_iter());
    sqlx::query(INSERT_SPECS).bind(rows).execute(conn).await?;
    Ok(())
}

/// Creates all runs in one statement. When any of them exists it fails and does nothing.
async fn insert_runs(
    conn: &mut SqliteConnection,
    calls: &mut [Call<Create, Lease>],
    now: Timestamp,
) -> sqlx::Result<()> {
    let rows = Array::value_of_all(calls.iter().map(|call| &call.ask.row));
    let tokens: Vec<i64> = sqlx::query_scalar(INSERT_RUNS)
        .bind(rows)
        .bind(now.as_micros())
        .fetch_all(conn)
        .await?;
    for (call, token) in calls.iter_mut().zip(tokens) {
        call.answer = Some(Ok(call.ask.lease(unstored(token)?)));
    }
    Ok(())
}
