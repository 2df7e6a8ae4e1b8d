//! Which request each idempotency key stands for.

use aos_spec::{
    Timestamp,
    port::{KeyAnswer, KeyClaim, KeyUse},
};
use sqlx::{Row, SqliteConnection};

use super::worker::id;

const CLAIM: &str = "insert into idempotency_keys(owner, key, request, run_id, step_id, claimed_at)
    values (?1, ?2, ?3, ?4, ?5, ?6) on conflict do nothing";

pub(super) const FIND: &str = "select request, run_id, step_id, claimed_at from idempotency_keys
    where owner = ?1 and key = ?2";

/// Lets a key stand for a request, unless it stands for another one.
pub(super) async fn claim(
    conn: &mut SqliteConnection,
    claim: &KeyClaim,
    now: Timestamp,
) -> sqlx::Result<KeyAnswer> {
    let owner = claim.owner.as_ref().map(ToString::to_string).unwrap_or_default();
    let request = format!("{:x}", claim.request);
    let claimed = sqlx::query(CLAIM)
        .bind(&owner)
        .bind(&claim.key)
        .bind(&request)
        .bind(claim.run_id.as_str())
        .bind(claim.step_id.as_str())
        .bind(now.as_micros())
        .execute(&mut *conn)
        .await?;
    if claimed.rows_affected() > 0 {
        return Ok(KeyAnswer::Granted);
    }
    let row = sqlx::query(FIND)
        .bind(&owner)
        .bind(&claim.key)
        .fetch_one(conn)
        .await?;
    if row.try_get::<String, _>("request")? == request {
        return Ok(KeyAnswer::Granted);
    }
    Ok(KeyAnswer::Taken(KeyUse {
        run_id: id(row.try_get("run_id")?)?,
        step_id: id(row.try_get("step_id")?)?,
        since: Timestamp::from_micros(row.try_get("claimed_at")?),
    }))
}
