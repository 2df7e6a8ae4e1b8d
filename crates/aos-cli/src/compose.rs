//! Where the parts of AOS become one engine.

use std::{path::Path, sync::Arc};

use aos_checkpoint::Store;
use aos_engine::{EngineOptions, WorkflowEngine};
use aos_policy::{PolicyConfig, PolicyEnforcer};
use aos_sandbox::{PlannerSandbox, SandboxOptions};
use aos_skills::{BuiltinOptions, builtin};
use aos_spec::{
    ErrorCode, SkillRegistry, WorkerId,
    port::{CheckpointStore, PlanValidator, RunObserver, RunRecorder, StepPolicy},
};
use uuid::Uuid;

use crate::error::CliError;

/// What an engine is made of.
pub(crate) struct EngineParts {
    pub(crate) store: Arc<dyn CheckpointStore>,
    pub(crate) skills: SkillRegistry,
    pub(crate) options: EngineOptions,
    pub(crate) policy: Option<Arc<dyn StepPolicy>>,
    pub(crate) validator: Option<Arc<dyn PlanValidator>>,
    pub(crate) observer: Option<Arc<dyn RunObserver>>,
    pub(crate) recorder: Option<Arc<dyn RunRecorder>>,
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

/// Returns the rules in the file at `path`, with what the environment says instead. Without a file nothing is limited.
pub(crate) fn policy_config(path: Option<&Path>) -> Result<PolicyConfig, CliError> {
    let config = path.map_or_else(|| Ok(PolicyConfig::default()), PolicyConfig::load);
    config
        .and_then(|config| config.with_environment(variable))
        .map_err(|error| {
            let place = path.map_or_else(|| "the environment".into(), |path| path.display().to_string());
            CliError::new(error.code(), error.to_string()).at(place)
        })
}

/// Returns the policy of the rules in the file at `path`, over the budgets, rates and emergency stop of `store`.
pub(crate) fn policy(path: Option<&Path>, store: &Store) -> Result<Arc<dyn StepPolicy>, CliError> {
    let enforcer = PolicyEnforcer::builder(policy_config(path)?)
        .environment(variable)
        .switch(store.switch())
        .ledger(store.ledger())
        .rates(store.rates())
        .build()
        .map_err(|error| CliError::new(ErrorCode::PolicyViolation, error.to_string()))?;
    Ok(Arc::new(enforcer))
}

/// Returns the sandbox with the settings in the file at `path`. Without a file it has its own rules.
pub(crate) fn sandbox(path: Option<&Path>) -> Result<PlannerSandbox, CliError> {
    let Some(path) = path else {
        return Ok(PlannerSandbox::default());
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::io("read the settings of the sandbox", path, &error))?;
    SandboxOptions::from_toml(&text)
        .map(PlannerSandbox::new)
        .map_err(|error| CliError::new(error.code(), error.to_string()).at(path.display()))
}

/// Returns an environment variable; what is not text is not taken for unset.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Returns an engine that executes nothing: for what an operator asks of runs.
pub(crate) fn operator(store: Arc<dyn CheckpointStore>) -> Result<WorkflowEngine, CliError> {
    let skills = builtin(&BuiltinOptions::new()).unwrap_or_default();
    engine(EngineParts {
        store,
        skills,
        options: EngineOptions::default(),
        policy: None,
        validator: None,
        observer: None,
        recorder: None,
    })
}

/// Returns an engine.
pub(crate) fn engine(parts: EngineParts) -> Result<WorkflowEngine, CliError> {
    let mut builder =
        WorkflowEngine::builder(parts.store, parts.skills, new_worker()?).options(parts.options);
    if let Some(policy) = parts.policy {
        builder = builder.policy(policy);
    }
    if let Some(recorder) = parts.recorder {
        builder = builder.recorder(recorder);
    }
    if let Some(validator) = parts.validator {
        builder = builder.validator(validator);
    }
    Ok(match parts.observer {
        Some(observer) => builder.observer(observer).build(),
        None => builder.build(),
    })
}
