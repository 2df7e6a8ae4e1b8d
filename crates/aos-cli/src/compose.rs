//! Where the parts of AOS become one engine.

use std::{path::Path, sync::Arc};

use aos_engine::{EngineOptions, WorkflowEngine};
use aos_skills::{BuiltinOptions, builtin};
use aos_spec::{
    ErrorCode, SkillRegistry, WorkerId,
    port::{CheckpointStore, RunObserver},
};
use uuid::Uuid;

use crate::error::CliError;

/// What an engine is made of.
pub(crate) struct EngineParts {
    pub(crate) store: Arc<dyn CheckpointStore>,
    pub(crate) skills: SkillRegistry,
    pub(crate) options: EngineOptions,
    pub(crate) observer: Option<Arc<dyn RunObserver>>,
}

/// Returns a name for this process in a store that no other has.
pub(crate) fn new_worker() -> Result<WorkerId, CliError> {
    WorkerId::new(format!("aos-{}", Uuid::now_v7()))
        .map_err(|error| CliError::new(ErrorCode::InvalidId, error.to_string()))
}

/// Returns the skills of this program; those for files reach what is below the folder `files`.
pub(crate) fn skills(files: &Path) -> Result<SkillRegistry, CliError> {
    builtin(&BuiltinOptions::new().with_file_root(files)).map_err(|error| {
        CliError::new(error.code(), error.to_string())
            .at(format_args!("--files {}", files.display()))
            .instead("name a folder that exists")
    })
}

/// Returns an engine that executes nothing: for what an operator asks of runs.
pub(crate) fn operator(store: Arc<dyn CheckpointStore>) -> Result<WorkflowEngine, CliError> {
    let skills = builtin(&BuiltinOptions::new()).unwrap_or_default();
    engine(EngineParts {
        store,
        skills,
        options: EngineOptions::default(),
        observer: None,
    })
}

/// Returns an engine.
pub(crate) fn engine(parts: EngineParts) -> Result<WorkflowEngine, CliError> {
    let builder = WorkflowEngine::builder(parts.store, parts.skills, new_worker()?).options(parts.options);
    Ok(match parts.observer {
        Some(observer) => builder.observer(observer).build(),
        None => builder.build(),
    })
}
