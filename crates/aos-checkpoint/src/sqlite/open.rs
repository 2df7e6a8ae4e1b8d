//! Opening the file and its connections.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use aos_spec::port::{Clock, StoreError};
use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    error::{Fault, is_busy, unavailable},
    migrate::migrate,
};
use crate::SystemClock;

/// How long to wait for somebody else's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many callers read at the same time.
const N_READERS: u32 = 4;

/// How to open a [`SqliteCheckpointStore`](super::SqliteCheckpointStore).
#[derive(Clone)]
pub struct SqliteOptions {
    pub(super) path: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
}

impl SqliteOptions {
    /// Returns options for the file at `path`, with the clock of the machine.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Returns the options with another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Opens the file for writing, creates it when it is not there, and brings it to the present format. Returns its
/// absolute path too.
pub(super) async fn open_writer(
    options: &SqliteOptions,
) -> Result<(SqliteConnection, Arc<Path>), StoreError> {
    let failed = |what: &str, error| {
        let path = options.path.display();
        StoreError::Unavailable(format!("`{path}` cannot be {what}: {error}"))
    };
    // Absolute, so that names with a meaning of their own in SQLite are files too.
    let path = std::path::absolute(&options.path).map_err(|error| failed("opened", error))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed("created", error))?;
    }
    let mut conn = connect(&path)
        .await
        .map_err(|error| unavailable(&options.path, &error))?;
    let migrated = migrate(&mut conn, options.clock.now()).await;
    migrated.map_err(|fault: Fault| fault.at(&options.path))?;
    // One name for all processes, whatever links lead to it: their lock files must be the same.
    let path = fs::canonicalize(&path).map_err(|error| failed("opened", error))?;
    Ok((conn, path.into()))
}

/// Connects, with the settings that make a commit durable when it returns.
async fn connect(path: &Path) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // 16 MiB: the log is overwritten in place from then on, which is cheaper than letting it grow.
        .pragma("wal_autocheckpoint", "4000")
        .foreign_keys(true)
        .disable_statement_logging();
    // A new file changes to WAL under a lock for which SQLite does not wait.
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            result => return result,
        }
    }
}

/// Returns connections for reading, which are opened when they are needed.
pub(super) fn readers(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(N_READERS)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options)
}
