//! The store that a URL names.

use std::{str::FromStr, sync::Arc};

#[cfg(feature = "sqlite")]
use std::path::PathBuf;

use aos_spec::port::{CheckpointStore, Clock, PolicyStore, StoreError};

use crate::InMemoryCheckpointStore;
#[cfg(feature = "sqlite")]
use crate::{SqliteCheckpointStore, SqliteOptions};

/// Names a store.
///
/// ```
/// use aos_checkpoint::StoreUrl;
///
/// assert_eq!("sqlite:.aos/aos.db".parse(), Ok(StoreUrl::Sqlite(".aos/aos.db".into())));
/// assert_eq!("memory:".parse(), Ok(StoreUrl::Memory));
/// assert!("postgres://localhost".parse::<StoreUrl>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUrl {
    /// `memory:`, forgotten when the process ends.
    Memory,
    /// `sqlite:PATH`, one file.
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
}

/// The text does not name a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a store: write `sqlite:PATH`, such as `sqlite:.aos/aos.db`, or `memory:`", .0.escape_debug())]
pub struct StoreUrlError(
    /// The refused text.
    pub String,
);

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        #[cfg(feature = "sqlite")]
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && path != ":memory:" {
                return Ok(Self::Sqlite(path.into()));
            }
        }
        match text {
            "memory:" => Ok(Self::Memory),
            _ => Err(StoreUrlError(text.into())),
        }
    }
}

/// An open store of any kind. Clones share it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Store {
    /// In memory.
    Memory(InMemoryCheckpointStore),
    /// In one file.
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteCheckpointStore),
}

impl Store {
    /// Opens the store that `url` names, and creates it when it is not there.
    ///
    /// # Errors
    ///
    /// As [`SqliteCheckpointStore::open`]; a store in memory always opens.
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the store exists or not, and opening it again goes on from there.
    pub async fn open(url: &StoreUrl, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Memory => Ok(Self::Memory(InMemoryCheckpointStore::new(clock))),
            #[cfg(feature = "sqlite")]
            StoreUrl::Sqlite(path) => {
                let options = SqliteOptions::new(path).clock(clock);
                SqliteCheckpointStore::open(options).await.map(Self::Sqlite)
            }
        }
    }

    /// Returns the store as its port.
    #[must_use]
    pub fn port(&self) -> Arc<dyn CheckpointStore> {
        match self {
            Self::Memory(store) => Arc::new(store.clone()),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Arc::new(store.clone()),
        }
    }

    /// Returns the store as what policies keep their budgets, rates, keys and emergency stop in.
    #[must_use]
    pub fn policy(&self) -> Arc<dyn PolicyStore> {
        match self {
            Self::Memory(store) => Arc::new(store.clone()),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Arc::new(store.clone()),
        }
    }

    /// Ends the work of the store in good order, for all its clones.
    ///
    /// # Cancel safety
    ///
    /// As [`SqliteCheckpointStore::close`].
    pub async fn close(&self) {
        match self {
            Self::Memory(_) => {}
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.close().await,
        }
    }
}
