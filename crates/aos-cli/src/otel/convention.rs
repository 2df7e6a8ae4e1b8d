//! The names under which traces leave this program.
//!
//! Those that begin with `gen_ai.` and `error.` are of the semantic conventions of OpenTelemetry, in the version below; their part
//! about generative AI is still in development, so a new version is a change of this file. The others are ours.

/// The version of the semantic conventions.
pub(super) const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.41.1";

pub(super) const OPERATION_NAME: &str = "gen_ai.operation.name";
pub(super) const INVOKE_WORKFLOW: &str = "invoke_workflow";
pub(super) const EXECUTE_TOOL: &str = "execute_tool";

/// The span of an attempt in the engine: the call of a skill, which the conventions call a tool.
pub(super) const ATTEMPT_SPAN: &str = "aos.attempt";
/// The span of a run in the engine.
pub(super) const RUN_SPAN: &str = "aos.run";

/// The field of the engine's spans from which the id of a trace is derived.
pub(super) const RUN_ID_FIELD: &str = "run_id";
/// The field of the engine's spans that says why something failed.
pub(super) const ERROR_FIELD: &str = "error_code";
/// The field of the engine's spans with the name of the workflow.
pub(super) const WORKFLOW_FIELD: &str = "workflow_id";
/// The field of the engine's spans with the name of the skill.
pub(super) const SKILL_FIELD: &str = "skill_id";

/// Returns the attribute for a field of the engine's spans; `None` for what is not exported.
pub(super) fn attribute(field: &str) -> Option<&'static str> {
    Some(match field {
        RUN_ID_FIELD => "aos.run.id",
        WORKFLOW_FIELD => "gen_ai.workflow.name",
        SKILL_FIELD => "gen_ai.tool.name",
        ERROR_FIELD => "error.type",
        "step_id" => "aos.step.id",
        "step_index" => "aos.step.index",
        "attempt" => "aos.attempt",
        "seed" => "aos.seed",
        "spec_hash" => "aos.spec.sha256",
        "resumed" => "aos.resumed",
        "status" => "aos.status",
        "rows" => "aos.commit.rows",
        _ => return None,
    })
}
