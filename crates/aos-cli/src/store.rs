//! The store that runs are kept in: opened for one piece of work, and closed after it.

use std::{io, path::Path, sync::Arc};

pub(crate) use aos_checkpoint::Store;
use aos_checkpoint::StoreUrl;
pub(crate) use aos_checkpoint::SystemClock;
use aos_spec::{
    ErrorCode, RunId, WorkflowPlan, WorkflowSpec,
    journal::{CorruptRun, StoredRun},
    port::{CheckpointStore, StoreError},
};

use crate::{error::CliError, program::Context};

const CHECK_PATH: &str = "check the path and its permissions, or name another store with `--store`";

/// A stored run and its plan.
#[derive(Debug)]
pub(crate) struct LoadedRun {
    pub(crate) stored: StoredRun,
    pub(crate) plan: WorkflowPlan,
}

/// Does `work` with the store, which is made where it does not exist.
pub(crate) async fn with_store<T>(
    context: &Context,
    work: impl AsyncFnOnce(Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let url = parse(context)?;
    if let StoreUrl::Sqlite(path) = &url
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| unreachable_store(context, folder, &error))?;
    }
    work_with(context, &url, work).await
}

/// Does `work` with the store, or with `None` where it does not exist; nothing is made.
pub(crate) async fn with_store_if_exists<T>(
    context: &Context,
    work: impl AsyncFnOnce(Option<Store>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let url = parse(context)?;
    if let StoreUrl::Sqlite(path) = &url {
        match std::fs::metadata(path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return work(None).await,
            Err(error) => return Err(unreachable_store(context, path, &error)),
        }
    }
    work_with(context, &url, async |store| work(Some(store)).await).await
}

/// Does `work` with the store, for a command about a run that exists already.
pub(crate) async fn with_existing_store<T>(
    context: &Context,
    work: impl AsyncFnOnce(Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    with_store_if_exists(context, async |store| match store {
        Some(store) => work(store).await,
        None => Err(CliError::new(
            ErrorCode::RunNotFound,
            "there is no store here, so there are no runs",
        )
        .at(context.store_name())
        .instead("go to the folder of the store, or name it with `--store`")),
    })
    .await
}

async fn work_with<T>(
    context: &Context,
    url: &StoreUrl,
    work: impl AsyncFnOnce(Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let store = Store::open(url, Arc::new(SystemClock)).await;
    let store = store.map_err(|error| {
        CliError::from(error)
            .at(context.store_name())
            .with_advice(CHECK_PATH)
    })?;
    tracing::debug!(store = context.store_name(), "the store is open");
    let done = work(store.clone()).await;
    store.close().await;
    done.map_err(|error| error.at(context.store_name()))
}

fn parse(context: &Context) -> Result<StoreUrl, CliError> {
    context
        .store
        .parse()
        .map_err(|error: aos_checkpoint::StoreUrlError| {
            CliError::usage(error.to_string(), "`aos explain stores` tells more").at("--store")
        })
}

fn unreachable_store(context: &Context, path: &Path, error: &io::Error) -> CliError {
    CliError::new(
        ErrorCode::DbConnectionFailed,
        format!("reach the store: `{}`: {error}", path.display()),
    )
    .at(context.store_name())
    .instead(CHECK_PATH)
}

/// Checks that a store that does not exist could be made: the nearest folder above it that exists is one.
pub(crate) fn check_creatable(context: &Context) -> Result<(), CliError> {
    let StoreUrl::Sqlite(path) = parse(context)? else {
        return Ok(());
    };
    let path = std::path::absolute(&path).map_err(|error| unreachable_store(context, &path, &error))?;
    match path.ancestors().skip(1).find(|folder| folder.exists()) {
        Some(folder) if !folder.is_dir() => Err(unreachable_store(
            context,
            folder,
            &io::ErrorKind::NotADirectory.into(),
        )),
        _ => Ok(()),
    }
}

/// Returns a run with its plan.
pub(crate) async fn load(store: &dyn CheckpointStore, run_id: &RunId) -> Result<LoadedRun, CliError> {
    let stored = store
        .load(run_id)
        .await?
        .ok_or_else(|| StoreError::NotFound(run_id.clone()))?;
    let spec: Result<WorkflowSpec, _> = serde_json::from_str(&stored.checkpoint.header.spec);
    let plan = spec.ok().and_then(|spec| WorkflowPlan::new(spec).ok());
    let plan = plan.ok_or_else(|| CorruptRun {
        run_id: run_id.to_string(),
        reason: "the stored workflow is not valid".into(),
    })?;
    Ok(LoadedRun { stored, plan })
}
