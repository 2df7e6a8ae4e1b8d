//! The store that runs are kept in: from its address to something that can be asked.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use aos_checkpoint::{InMemoryCheckpointStore, SqliteCheckpointStore};
pub(crate) use aos_checkpoint::SystemClock;
use aos_spec::{
    ErrorCode, RunId, WorkflowPlan, WorkflowSpec,
    journal::{CorruptRun, StoredRun},
    port::{CheckpointStore, StoreError},
};

use crate::{error::CliError, program::Context};

/// Where runs are kept.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    Sqlite(PathBuf),
    Memory,
}

impl Address {
    fn parse(text: &str) -> Result<Self, CliError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => {
                // `sqlite:///path` is what other programs call `sqlite:/path`.
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Self::Sqlite(path.into()))
            }
            Some(("memory", "")) => Ok(Self::Memory),
            _ => Err(CliError::usage(
                "the store is not one that this program knows",
                "write `sqlite:PATH` or `memory:`; `aos explain stores` tells more",
            )
            .at("--store")),
        }
    }
}

/// A stored run and its plan.
#[derive(Debug)]
pub(crate) struct LoadedRun {
    pub(crate) stored: StoredRun,
    pub(crate) plan: WorkflowPlan,
}

/// Returns the store, made where it does not exist.
pub(crate) async fn open(context: &Context) -> Result<Arc<dyn CheckpointStore>, CliError> {
    match Address::parse(&context.store)? {
        Address::Memory => Ok(Arc::new(InMemoryCheckpointStore::new(Arc::new(SystemClock)))),
        Address::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)
                    .map_err(|error| CliError::io("make the folder of the store", folder, &error))
                    .map_err(|error| error.instead(CHECK_PATH))?;
            }
            open_sqlite(context, &path).await
        }
    }
}

/// Returns the store, or `None` where it does not exist; nothing is made.
pub(crate) async fn open_if_exists(context: &Context) -> Result<Option<Arc<dyn CheckpointStore>>, CliError> {
    match Address::parse(&context.store)? {
        Address::Memory => open(context).await.map(Some),
        Address::Sqlite(path) => match std::fs::metadata(&path) {
            Ok(_) => open_sqlite(context, &path).await.map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable_store(context, &error.to_string())),
        },
    }
}

/// Returns the store, for a command about a run that exists already.
pub(crate) async fn open_existing(context: &Context) -> Result<Arc<dyn CheckpointStore>, CliError> {
    open_if_exists(context).await?.ok_or_else(|| {
        CliError::new(ErrorCode::RunNotFound, "there is no store here, so there are no runs")
            .at(context.store_name())
            .instead("go to the folder of the store, or name it with `--store`")
    })
}

const CHECK_PATH: &str = "check the path and its permissions, or name another store with `--store`";

async fn open_sqlite(context: &Context, path: &Path) -> Result<Arc<dyn CheckpointStore>, CliError> {
    let store = SqliteCheckpointStore::open(path).await;
    Ok(Arc::new(store.map_err(|error| CliError::from(error).at(context.store_name()).with_advice(CHECK_PATH))?))
}

fn unreachable_store(context: &Context, reason: &str) -> CliError {
    CliError::new(ErrorCode::DbConnectionFailed, format!("reach the store: {reason}"))
        .at(context.store_name())
        .instead(CHECK_PATH)
}

/// Checks that the store could be made: the nearest folder above it that exists is one.
pub(crate) fn check_creatable(context: &Context) -> Result<(), CliError> {
    let Address::Sqlite(path) = Address::parse(&context.store)? else {
        return Ok(());
    };
    let path = std::path::absolute(path).map_err(|error| unreachable_store(context, &error.to_string()))?;
    let nearest = path.ancestors().skip(1).find(|folder| folder.exists());
    match nearest {
        Some(folder) if !folder.is_dir() => {
            Err(unreachable_store(context, &format!("`{}` is not a folder", folder.display())))
        }
        _ => Ok(()),
    }
}

/// Returns a run with its plan.
pub(crate) async fn load(store: &dyn CheckpointStore, run_id: &RunId) -> Result<LoadedRun, CliError> {
    let stored = store.load(run_id).await?.ok_or_else(|| StoreError::NotFound(run_id.clone()))?;
    let spec: Result<WorkflowSpec, _> = serde_json::from_str(&stored.checkpoint.header.spec);
    let plan = spec.ok().and_then(|spec| WorkflowPlan::new(spec).ok());
    let plan = plan.ok_or_else(|| CorruptRun {
        run_id: run_id.to_string(),
        reason: "the stored workflow is not valid".into(),
    })?;
    Ok(LoadedRun { stored, plan })
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_are_read_or_refused() {
        let check = |text, path: Option<&str>| {
            let expect = path.map(|path| Address::Sqlite(path.into()));
            assert_eq!(Address::parse(text).ok(), expect, "{text}");
        };
        check("sqlite:.aos/aos.db", Some(".aos/aos.db"));
        check("sqlite:/var/aos.db", Some("/var/aos.db"));
        check("sqlite:///var/aos.db", Some("/var/aos.db"));
        check("sqlite:", None);
        check("sqlite://", None);
        check("aos.db", None);
        check("mysql:x", None);
        assert_eq!(Address::parse("memory:").unwrap(), Address::Memory);
    }
}
