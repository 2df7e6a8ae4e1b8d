//! What the disk and the driver reach with nothing but the unavoidable work: the same rows, no engine.

use std::{path::Path, time::Instant};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

const SCHEMA: &str = "create table if not exists journal(
    pos integer primary key, run integer not null, seq integer not null, body text not null);
    create unique index if not exists journal_run on journal(run, seq)";

async fn connect(path: &Path) -> SqliteConnection {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "4000")
        .disable_statement_logging()
        .connect()
        .await
        .expect("the folder is writable");
    sqlx::raw_sql(SCHEMA)
        .execute(&mut connection)
        .await
        .expect("the schema is valid");
    connection
}

fn body() -> String {
    "x".repeat(300)
}

/// Returns the microseconds of one INSERT of a step's row in its own transaction.
pub(crate) async fn autocommit(folder: &Path, n_rows: usize) -> f64 {
    let mut connection = connect(&folder.join(format!("floor-{}.db", fresh()))).await;
    let insert = "insert into journal(run, seq, body) values (?, ?, ?)";
    let mut began = Instant::now();
    for seq in 0..2 * n_rows {
        if seq == n_rows {
            // The first half grows the log; the second overwrites it, as a store that has run for a while does.
            began = Instant::now();
        }
        let query = sqlx::query(insert)
            .bind(1_i64)
            .bind(i64::try_from(seq).expect("small"))
            .bind(body());
        query.execute(&mut connection).await.expect("it inserts");
    }
    let micros = began.elapsed().as_secs_f64() * 1e6 / n_rows as f64;
    connection.close().await.expect("it closes");
    micros
}

/// Returns the steps per second of `n_runs` tasks that hand one row after the other to one writer, which commits
/// whatever has been queued in one statement.
pub(crate) async fn group_commit(folder: &Path, n_runs: usize, n_steps: usize) -> f64 {
    let connection = connect(&folder.join(format!("floor-{}.db", fresh()))).await;
    let (sender, receiver) = mpsc::channel(n_runs);
    let writer = tokio::spawn(write(connection, receiver));
    loop_over(&sender, n_runs, n_steps, 0).await;
    let began = Instant::now();
    loop_over(&sender, n_runs, n_steps, n_steps).await;
    let rate = (n_runs * n_steps) as f64 / began.elapsed().as_secs_f64();
    drop(sender);
    writer.await.expect("the writer does not panic");
    rate
}

type Row = (usize, usize, oneshot::Sender<()>);

async fn loop_over(sender: &mpsc::Sender<Row>, n_runs: usize, n_steps: usize, first: usize) {
    let runs: Vec<_> = (0..n_runs)
        .map(|run| {
            let sender = sender.clone();
            tokio::spawn(async move {
                for seq in first..first + n_steps {
                    let (done, acknowledged) = oneshot::channel();
                    sender.send((run, seq, done)).await.expect("the writer lives");
                    acknowledged.await.expect("the writer lives");
                }
            })
        })
        .collect();
    for run in runs {
        run.await.expect("it does not panic");
    }
}

async fn write(mut connection: SqliteConnection, mut receiver: mpsc::Receiver<Row>) {
    let insert = "insert into journal(run, seq, body)
        select j.value->>0, j.value->>1, j.value->>2 from json_each(?1) j where true on conflict do nothing";
    let body = body();
    let mut batch = Vec::new();
    while receiver.recv_many(&mut batch, 1024).await > 0 {
        let rows: Vec<_> = batch
            .iter()
            .map(|(run, seq, _)| (run, seq, body.as_str()))
            .collect();
        let rows = serde_json::to_string(&rows).expect("it is JSON");
        sqlx::query(insert)
            .bind(rows)
            .execute(&mut connection)
            .await
            .expect("it inserts");
        for (_, _, done) in batch.drain(..) {
            done.send(()).expect("the run waits");
        }
    }
    connection.close().await.expect("it closes");
}

/// Returns a number that no other call has returned.
fn fresh() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
