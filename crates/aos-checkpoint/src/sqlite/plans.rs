//! How SQLite executes the statements: by key, however many runs there are. A plan that looks at all runs gives the
//! same answers, so that nothing else would notice it.

use sqlx::{ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{append, create, keys, lease, load, migrate::migrate, save, worker};

/// Asserts through which keys the tables are reached, in the order of the plan.
async fn check(conn: &mut SqliteConnection, statement: &'static str, expect: &[&str]) {
    let explain = sqlx::AssertSqlSafe(format!("explain query plan {statement}"));
    let plan = sqlx::query(explain).fetch_all(conn).await.unwrap();
    let plan = plan.iter().map(|row| row.get::<String, _>("detail"));
    let keys: Vec<String> = plan
        // What is left out has one row, or the rows of the call itself.
        .filter(|line| {
            !["jsonb_each", "workflow_deletions", "SUBQUERY", "subquery", "TEMP"]
                .iter()
                .any(|word| line.contains(word))
        })
        .map(|line| {
            line.split_once(" (")
                .map_or(line.clone(), |(_, key)| key.replace(')', ""))
        })
        .collect();
    assert_eq!(keys, expect, "{statement}");
}

#[tokio::test]
async fn statements_reach_runs_and_rows_by_key() {
    let mut conn = SqliteConnectOptions::new().connect().await.unwrap();
    migrate(&mut conn, Default::default()).await.unwrap();
    let conn = &mut conn;
    check(conn, append::INSERT, &["run_id=?"]).await;
    check(conn, save::UPDATE, &["run_id=?"]).await;
    check(conn, lease::FIND, &["run_id=?"]).await;
    check(conn, keys::FIND, &["owner=? AND key=?"]).await;
    check(conn, worker::LIST_REQUESTS, &["owner=?"]).await;
    check(conn, load::FIND, &["run_id=?", "rowid=?"]).await;
    check(conn, load::PAGE, &["run_no=? AND (step,kind,attempt>(?,?,?"]).await;
    // The second lines are the foreign keys of rows that would be replaced.
    check(conn, create::INSERT_SPECS, &["spec_no=?"]).await;
    check(conn, create::INSERT_RUNS, &["hash=?", "run_no=?"]).await;
}
