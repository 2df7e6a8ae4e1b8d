//! Checkpoint stores: where runs and their journals are kept.
//!
//! Two implementations of the port [`CheckpointStore`](aos_spec::port::CheckpointStore), one contract:
//! [`InMemoryCheckpointStore`] forgets everything when it is dropped and is the model that others are compared with;
//! [`SqliteCheckpointStore`] keeps runs in one file, durable against power loss. [`Store`] is whichever of them a
//! [`StoreUrl`] names. The conformance suite checks every clause of the contract, for these stores and any other.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use aos_checkpoint::{Store, SystemClock};
//!
//! let store = Store::open(&"memory:".parse()?, Arc::new(SystemClock)).await?;
//! assert_eq!(store.port().load(&"run-1".parse()?).await?, None);
//! store.close().await;
//! # Ok(())
//! # }
//! ```

mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod memory;
mod refusal;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod verify;

pub use clock::SystemClock;
pub use memory::InMemoryCheckpointStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{CommitStats, SqliteCheckpointStore, SqliteOptions};
pub use store::{Store, StoreUrl, StoreUrlError};
