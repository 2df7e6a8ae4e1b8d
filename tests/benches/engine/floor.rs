//! What the disk and the driver reach with nothing but the unavoidable work: the same rows through the same statement,
//! no engine and no store.

use std::{path::Path, time::Instant};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

/// As far as the store's tables are needed for a row and its fence.
const SCHEMA: &str = "create table if not exists runs(
        run integer primary key, name text not null unique, token integer not null, status text not null) strict;
    create table if not exists journal(
        pos integer primary key, run integer not null references runs(run), step integer not null,
        kind integer not null, attempt integer not null, body text not null, hash integer not null,
        duration_ms integer not null, elapsed_ms integer not null) strict;
    create unique index if not exists journal_of_run on journal(run, step, kind, attempt)";

const INSERT_RUN: &str = "insert into runs(run, name, token, status) values (?1, ?2, 1, 'running')";

const INSERT_ROW: &str = "insert into journal(run, step, kind, attempt, hash, duration_ms, elapsed_ms, body)
    values (1, ?1, 3, 0, ?2, 0, 12, ?3)";

const INSERT_ROWS: &str = "insert into journal(run, step, kind, attempt, hash, duration_ms, elapsed_ms, body)
    select (select run from runs where name = value->>0 and token = value->>1 and status = 'running'),
        value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
    from jsonb_each(?1)";

/// A number of as many digits as most hashes have.
const HASH: i64 = 1_234_567_890_123_456_789;

async fn connect(path: &Path, n_runs: usize) -> SqliteConnection {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "4000")
        .foreign_keys(true)
        .disable_statement_logging()
        .connect()
        .await
        .expect("the folder is writable");
    sqlx::raw_sql(SCHEMA)
        .execute(&mut connection)
        .await
        .expect("the schema is valid");
    let mut transaction = connection.begin().await.expect("nobody else writes");
    for run in 1..=n_runs {
        let query = sqlx::query(INSERT_RUN)
            .bind(i64::try_from(run).expect("small"))
            .bind(name(run));
        query.execute(&mut *transaction).await.expect("it inserts");
    }
    transaction.commit().await.expect("it commits");
    connection
}

fn name(run: usize) -> String {
    format!("bench-{run}")
}

fn body() -> String {
    "x".repeat(300)
}

/// Returns the microseconds of one INSERT of a step's row in its own transaction.
pub(crate) async fn autocommit(folder: &Path, n_rows: usize) -> f64 {
    let mut connection = connect(&folder.join(format!("floor-{}.db", fresh())), 1).await;
    let mut began = Instant::now();
    for step in 0..2 * n_rows {
        if step == n_rows {
            // The first half grows the log; the second overwrites it, as a store that has run for a while does.
            began = Instant::now();
        }
        let query = sqlx::query(INSERT_ROW)
            .bind(i64::try_from(step).expect("small"))
            .bind(HASH)
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
    let connection = connect(&folder.join(format!("floor-{}.db", fresh())), n_runs).await;
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
    let runs: Vec<_> = (1..=n_runs)
        .map(|run| {
            let sender = sender.clone();
            tokio::spawn(async move {
                for step in first..first + n_steps {
                    let (done, acknowledged) = oneshot::channel();
                    sender.send((run, step, done)).await.expect("the writer lives");
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
    let body = body();
    let mut batch = Vec::new();
    while receiver.recv_many(&mut batch, 1024).await > 0 {
        let mut rows = Vec::new();
        for (run, step, _) in &batch {
            push(&mut rows, ARRAY, &row(*run, *step, &body));
        }
        let mut value = Vec::with_capacity(rows.len() + 9);
        push(&mut value, ARRAY, &rows);
        sqlx::query(INSERT_ROWS)
            .bind(value)
            .execute(&mut connection)
            .await
            .expect("it inserts");
        for (_, _, done) in batch.drain(..) {
            done.send(()).expect("the run waits");
        }
    }
    connection.close().await.expect("it closes");
}

const INTEGER: u8 = 0x3;
const TEXT: u8 = 0xa;
const ARRAY: u8 = 0xb;

/// Returns the elements of a row in SQLite's binary JSON, <https://sqlite.org/jsonb.html>.
fn row(run: usize, step: usize, body: &str) -> Vec<u8> {
    let mut elements = Vec::with_capacity(400);
    push(&mut elements, TEXT, name(run).as_bytes());
    push(&mut elements, INTEGER, b"1");
    push(&mut elements, INTEGER, step.to_string().as_bytes());
    push(&mut elements, INTEGER, b"3");
    push(&mut elements, INTEGER, b"0");
    push(&mut elements, INTEGER, HASH.to_string().as_bytes());
    push(&mut elements, INTEGER, b"0");
    push(&mut elements, INTEGER, b"12");
    push(&mut elements, TEXT, body.as_bytes());
    elements
}

/// Appends an element: its kind, its size in eight bytes, its content.
fn push(elements: &mut Vec<u8>, kind: u8, content: &[u8]) {
    elements.push(0xf0 | kind);
    elements.extend_from_slice(&content.len().to_be_bytes());
    elements.extend_from_slice(content);
}

/// Returns a number that no other call has returned.
fn fresh() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
