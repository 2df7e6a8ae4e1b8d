//! When the next request of a kind is due.

use std::time::Duration;

use aos_spec::{
    Timestamp,
    rate::{self, RateAnswer, RateLimit},
};
use sqlx::SqliteConnection;

const FIND: &str = "select due from rate_limits where key = ?1";

const PUT: &str = "insert into rate_limits(key, due) values (?1, ?2)
    on conflict do update set due = excluded.due";

/// Takes a place in all limits at once, or in none.
pub(super) async fn take(
    conn: &mut SqliteConnection,
    limits: &[RateLimit],
    max_wait: Duration,
    now: Timestamp,
) -> sqlx::Result<RateAnswer> {
    let mut asked = Vec::new();
    for limit in limits {
        let due: Option<i64> = sqlx::query_scalar(FIND)
            .bind(&limit.key)
            .fetch_optional(&mut *conn)
            .await?;
        asked.push((limit, due.map(Timestamp::from_micros)));
    }
    let (answer, next) = rate::take(&asked, now, max_wait);
    for (limit, due) in limits.iter().zip(next) {
        sqlx::query(PUT)
            .bind(&limit.key)
            .bind(due.as_micros())
            .execute(&mut *conn)
            .await?;
    }
    Ok(answer)
}
