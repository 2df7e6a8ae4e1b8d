//! shim
use aos_spec::port::*;
use aos_spec::*;
use std::{path::Path, sync::Arc};
pub(crate) struct SystemClock;
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1)
    }
}
pub(crate) struct InMemoryCheckpointStore;
impl InMemoryCheckpointStore {
    pub(crate) fn new(_: Arc<dyn Clock>) -> Arc<dyn CheckpointStore> {
        unimplemented!()
    }
}
pub(crate) struct SqliteCheckpointStore;
impl SqliteCheckpointStore {
    pub(crate) async fn open(_: &Path) -> Result<Arc<dyn CheckpointStore>, StoreError> {
        unimplemented!()
    }
}
pub(crate) struct BuiltinOptions;
impl BuiltinOptions {
    pub(crate) fn new() -> Self {
        Self
    }
    pub(crate) fn with_file_root(self, _: &Path) -> Self {
        self
    }
}
pub(crate) struct FErr;
impl FErr {
    pub(crate) fn code(&self) -> ErrorCode {
        ErrorCode::IoError
    }
}
impl std::fmt::Display for FErr {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
pub(crate) fn builtin(_: &BuiltinOptions) -> Result<SkillRegistry, FErr> {
    Ok(SkillRegistry::new())
}
pub(crate) enum StoreUrl {
    Memory,
    Sqlite(std::path::PathBuf),
}
#[derive(Debug)]
pub(crate) struct StoreUrlError;
impl std::fmt::Display for StoreUrlError {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
impl std::str::FromStr for StoreUrl {
    type Err = StoreUrlError;
    fn from_str(_: &str) -> Result<Self, StoreUrlError> {
        let _ = Self::Memory;
        Ok(Self::Sqlite("x".into()))
    }
}
pub(crate) struct Store;
impl Store {
    pub(crate) async fn open(_: &StoreUrl, _: Arc<dyn Clock>) -> Result<Self, StoreError> {
        Ok(Self)
    }
    pub(crate) fn port(&self) -> Arc<dyn CheckpointStore> {
        unimplemented!()
    }
    pub(crate) async fn close(&self) {}
}
