//! The tables, and how an older file becomes a newer one.

use aos_spec::{RunStatus, Timestamp, port::StoreError};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use super::error::Fault;

/// A step from one format of the file to the next.
struct Migration {
    name: &'static str,
    sql: fn() -> String,
}

/// All steps; the format of a file is the number of steps taken.
const MIGRATIONS: [Migration; 3] = [
    Migration {
        name: "runs, journals and workers",
        sql: runs_journals_and_workers,
    },
    Migration {
        name: "budgets, rates and the emergency stop",
        sql: || include_str!("policy.sql").into(),
    },
    Migration {
        name: "idempotency keys",
        sql: || include_str!("keys.sql").into(),
    },
];

fn runs_journals_and_workers() -> String {
    let statuses = RunStatus::ALL.map(|status| format!("'{status}'")).join(", ");
    include_str!("schema.sql").replace("/*statuses*/", &statuses)
}

/// Brings the file to the format of this program. Several processes may do so at once.
pub(super) async fn migrate(conn: &mut SqliteConnection, now: Timestamp) -> Result<(), Fault> {
    if format_of(conn).await? == supported() {
        return Ok(());
    }
    let mut transaction = conn.begin_with("begin immediate").await?;
    let found = format_of(&mut transaction).await?;
    if found > supported() {
        return Err(Fault::Store(StoreError::TooNew {
            found,
            supported: supported(),
        }));
    }
    transaction
        .execute(
            "create table if not exists aos_migrations(
                 version integer primary key, name text not null, applied_at integer not null) strict",
        )
        .await?;
    for (version, migration) in (1..).zip(&MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.execute(AssertSqlSafe((migration.sql)())).await?;
        sqlx::query("insert into aos_migrations(version, name, applied_at) values (?1, ?2, ?3)")
            .bind(version)
            .bind(migration.name)
            .bind(now.as_micros())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn supported() -> i64 {
    (1..)
        .zip(&MIGRATIONS)
        .map(|(version, _)| version)
        .max()
        .unwrap_or(0)
}

/// Returns the format of the file; zero when it is empty.
async fn format_of(conn: &mut SqliteConnection) -> sqlx::Result<i64> {
    let known: i64 = sqlx::query_scalar("select count(*) from sqlite_schema where name = 'aos_migrations'")
        .fetch_one(&mut *conn)
        .await?;
    if known == 0 {
        return Ok(0);
    }
    sqlx::query_scalar("select coalesce(max(version), 0) from aos_migrations")
        .fetch_one(conn)
        .await
}
