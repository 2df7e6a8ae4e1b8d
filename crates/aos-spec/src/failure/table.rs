//! The table of error codes. `docs/errors/` of this crate has one page for each row; a test compares them.

use std::time::Duration;

use super::code::{Category, CodeInfo};

/// Declares [`ErrorCode`] and its rows: variant, name, category, retries and backoff in milliseconds, HTTP status,
/// meaning, advice.
macro_rules! codes {
    ($($variant:ident $name:literal $category:ident retries $retries:literal after $backoff:literal http $http:literal
       $meaning:literal $advice:literal;)+) => {
        /// A stable word for what went wrong; [`ErrorCode::info`] is its row in the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl ErrorCode {
            /// All codes, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns what the table says about the code.
            #[must_use]
            pub const fn info(self) -> &'static CodeInfo {
                match self {
                    $(Self::$variant => const {
                        &CodeInfo {
                            name: $name,
                            category: Category::$category,
                            max_retries: $retries,
                            backoff_base: Duration::from_millis($backoff),
                            http_status: $http,
                            meaning: $meaning,
                            advice: $advice,
                        }
                    },)+
                }
            }

            /// Returns the page about the code, in Markdown: what it means, when it happens, what to do.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../../docs/errors/", $name, ".md")),)+
                }
            }
        }
    };
}

codes! {
    // Transient: passes by itself.
    Timeout "TIMEOUT" Transient retries 3 after 1_000 http 504
        "a time limit passed" "Raise `timeout_seconds`, or look at what the skill waits for.";
    DnsFailure "DNS_FAILURE" Transient retries 3 after 500 http 502
        "a host name could not be resolved" "Check the host name and the resolver.";
    ConnectionReset "CONNECTION_RESET" Transient retries 3 after 500 http 502
        "the other side closed the connection" "Usually passes; if not, look at the other side's log.";
    ServiceUnavailable "SERVICE_UNAVAILABLE" Transient retries 5 after 2_000 http 503
        "the service cannot answer now" "Usually passes; if not, look at the status of the service.";
    GatewayTimeout "GATEWAY_TIMEOUT" Transient retries 3 after 2_000 http 504
        "a proxy got no answer in time" "Usually passes; if not, look at the service behind the proxy.";
    RateLimited "RATE_LIMITED" Transient retries 5 after 5_000 http 429
        "too many requests" "Lower the rate of requests, or ask for a higher limit.";

    // Skill.
    SkillNotFound "SKILL_NOT_FOUND" Skill retries 0 after 0 http 404
        "no skill has this id" "`aos skills list` shows what is registered; correct `skill_id`.";
    InvalidSkill "INVALID_SKILL" Skill retries 0 after 0 http 422
        "the skill breaks its own declaration" "Report it to the author of the skill.";
    StepFailed "STEP_FAILED" Skill retries 0 after 0 http 500
        "the skill reported a failure" "Read the message; it comes from the skill.";
    ExecutionError "EXECUTION_ERROR" Skill retries 0 after 0 http 500
        "the skill panicked or ended abnormally" "Report it to the author of the skill, with the inputs.";
    UnknownError "UNKNOWN_ERROR" Skill retries 0 after 0 http 500
        "a failure without a known cause" "Read the message and the log of the run.";
    TransformError "TRANSFORM_ERROR" Skill retries 0 after 0 http 422
        "an expression could not be evaluated" "Correct the expression; the message names the place.";
    FuelExhausted "FUEL_EXHAUSTED" Resource retries 0 after 0 http 422
        "an expression took too many steps" "Simplify the expression or split the data.";
    Http4xx "HTTP_4XX" Skill retries 0 after 0 http 502
        "the service refused the request" "Correct the request; the message holds the status.";
    Http5xx "HTTP_5XX" Transient retries 3 after 1_000 http 502
        "the service failed" "Usually passes; if not, look at the log of the service.";
    LlmError "LLM_ERROR" Transient retries 3 after 2_000 http 502
        "the language model could not answer" "Usually passes; if not, look at the provider's status page.";
    LlmContextExceeded "LLM_CONTEXT_EXCEEDED" Skill retries 0 after 0 http 413
        "the prompt is longer than the model accepts" "Shorten the prompt or choose a larger model.";
    OutputTooLarge "OUTPUT_TOO_LARGE" Data retries 0 after 0 http 413
        "the output is larger than allowed" "Return less, or write the data to a file and return its name.";
    Cancelled "CANCELLED" Permanent retries 0 after 0 http 499
        "cancelled on request" "Start a new run if this was a mistake.";
    OutcomeUnknown "OUTCOME_UNKNOWN" Permanent retries 0 after 0 http 409
        "a crash left unknown whether an effect happened" "Find out, then tell it with `aos runs settle`.";

    // The run as a whole.
    WorkflowAborted "WORKFLOW_ABORTED" Permanent retries 0 after 0 http 409
        "the run was given up" "Look at the failed step; correct it and start a new run.";
    EmergencyStop "EMERGENCY_STOP" Permission retries 0 after 0 http 503
        "the emergency stop is on" "When it is released, `aos resume` goes on with the run.";

    // Budgets.
    BudgetExceeded "BUDGET_EXCEEDED" Resource retries 0 after 0 http 402
        "a budget does not cover the step" "Raise the budget, or make the plan cheaper.";
    StepCeilingExceeded "STEP_CEILING_EXCEEDED" Resource retries 0 after 0 http 402
        "the step may cost more than a step may" "Raise `max_cost_cents` or the policy's step ceiling.";
    WorkflowCeilingExceeded "WORKFLOW_CEILING_EXCEEDED" Resource retries 0 after 0 http 402
        "the run may cost more than a run may" "Raise `budget_ceiling_cents` or the policy's ceiling.";
    AgentBudgetExceeded "AGENT_BUDGET_EXCEEDED" Resource retries 0 after 0 http 402
        "the agent's budget is used up" "Wait for the next period or raise the agent's budget.";
    QuotaExhausted "QUOTA_EXHAUSTED" Resource retries 0 after 0 http 429
        "a quota of the service is used up" "Wait for the next period or ask for a larger quota.";
    PlanTooExpensive "PLAN_TOO_EXPENSIVE" Planner retries 0 after 0 http 402
        "the plan can cost more than allowed" "Ask the planner for a cheaper plan.";

    // Permissions and rules.
    PermissionDenied "PERMISSION_DENIED" Permission retries 0 after 0 http 403
        "the other side does not permit this" "Grant the permission, or change the step.";
    Unauthorized "UNAUTHORIZED" Permission retries 0 after 0 http 401
        "credentials are missing or wrong" "Check the credentials that the skill uses.";
    ForbiddenSkill "FORBIDDEN_SKILL" Security retries 0 after 0 http 403
        "the skill is on the deny list" "Use another skill; the deny list is in the sandbox's configuration.";
    TenantSuspended "TENANT_SUSPENDED" Permission retries 0 after 0 http 403
        "the tenant is suspended" "Ask the operator to lift the suspension.";
    PolicyViolation "POLICY_VIOLATION" Permission retries 0 after 0 http 403
        "a rule of the policy refused the step" "`aos policy explain` names the rule.";
    IdempotencyRequired "IDEMPOTENCY_REQUIRED" Validation retries 0 after 0 http 422
        "a step with an outside effect has no idempotency key" "Give the step an `idempotency_key`.";

    // Wrong input.
    InvalidInput "INVALID_INPUT" Validation retries 0 after 0 http 400
        "an input is not what was asked for" "Correct the input that the message names.";
    SchemaValidationFailed "SCHEMA_VALIDATION_FAILED" Validation retries 0 after 0 http 422
        "a value does not fit its schema" "Correct the value at the pointer.";
    MissingRequiredField "MISSING_REQUIRED_FIELD" Validation retries 0 after 0 http 422
        "a required field is missing" "Add the field.";
    UnknownField "UNKNOWN_FIELD" Validation retries 0 after 0 http 422
        "there is no such field" "Correct the spelling, or remove the field.";
    InvalidReference "INVALID_REFERENCE" Validation retries 0 after 0 http 422
        "a reference leads nowhere" "Refer to an existing step and field; write `$${` for a literal `${`.";
    InvalidSpec "INVALID_SPEC" Validation retries 0 after 0 http 422
        "the workflow is not valid" "`aos validate` lists all problems with their places.";
    SyntaxError "SYNTAX_ERROR" Validation retries 0 after 0 http 400
        "the text is not JSON or YAML" "Correct the text at the place shown.";
    DuplicateKey "DUPLICATE_KEY" Validation retries 0 after 0 http 400
        "a key stands twice in the same object" "Remove or rename one of the two.";
    InvalidId "INVALID_ID" Validation retries 0 after 0 http 422
        "an identifier has a wrong form" "Use letters, digits, `_` and `-`; the message has the exact rule.";
    DuplicateStep "DUPLICATE_STEP" Validation retries 0 after 0 http 422
        "two steps have the same id" "Rename one of them.";
    UnknownStep "UNKNOWN_STEP" Validation retries 0 after 0 http 422
        "no step has this id" "Correct the id, or add the step.";
    DependencyCycle "DEPENDENCY_CYCLE" Validation retries 0 after 0 http 422
        "steps wait for one another in a circle" "Remove one of the dependencies that the message lists.";
    LimitExceeded "LIMIT_EXCEEDED" Validation retries 0 after 0 http 413
        "a limit of AOS is exceeded" "`docs/limits.md` lists the limits.";

    // Planner.
    PlannerTimeout "PLANNER_TIMEOUT" Planner retries 2 after 2_000 http 504
        "the planner took too long" "Ask again, or ask for a smaller plan.";
    PlannerError "PLANNER_ERROR" Planner retries 2 after 2_000 http 502
        "the planner failed" "Ask again; if it fails again, look at the planner's log.";
    InvalidPlan "INVALID_PLAN" Planner retries 0 after 0 http 422
        "the planner's answer is not a plan" "`aos plan check` lists the problems; hand them to the planner.";

    // Data.
    DataNotFound "DATA_NOT_FOUND" Data retries 0 after 0 http 404
        "the data is not there" "Check the name; create the data first.";
    DataCorrupt "DATA_CORRUPT" Data retries 0 after 0 http 500
        "stored data does not match its hash or form" "Restore the store from a backup; the message names the run.";
    SerializationError "SERIALIZATION_ERROR" Data retries 0 after 0 http 500
        "a value cannot be written as JSON" "Return finite numbers, text keys and valid text.";
    DeserializationError "DESERIALIZATION_ERROR" Data retries 0 after 0 http 422
        "a text cannot be read as the wanted value" "Correct the data; the message names the place.";

    // Security.
    InjectionDetected "INJECTION_DETECTED" Security retries 0 after 0 http 403
        "an input holds what looks like an attack" "Look at the finding; pass data as data, not as code.";
    SandboxRejection "SANDBOX_REJECTION" Security retries 0 after 0 http 403
        "the sandbox refused the plan" "`aos plan check` shows the findings.";
    SignatureInvalid "SIGNATURE_INVALID" Security retries 0 after 0 http 403
        "a signature does not verify" "Use the key it was signed with, or record again.";
    TamperDetected "TAMPER_DETECTED" Security retries 0 after 0 http 409
        "signed data was changed" "Restore the file from version control.";

    // Infrastructure.
    DbConnectionFailed "DB_CONNECTION_FAILED" Infrastructure retries 5 after 1_000 http 503
        "the database cannot be reached" "Check the address, the server and the permissions.";
    GoldenWriteFailed "GOLDEN_WRITE_FAILED" Infrastructure retries 0 after 0 http 500
        "a golden file cannot be written" "Check the folder, its permissions and the free space.";
    IoError "IO_ERROR" Infrastructure retries 0 after 0 http 500
        "a file cannot be read or written" "Check the path, its permissions and the free space.";

    // Checkpoints.
    CheckpointSaveFailed "CHECKPOINT_SAVE_FAILED" Checkpoint retries 3 after 500 http 503
        "the state of the run could not be saved" "Check the store with `aos doctor`; then resume the run.";
    CheckpointLoadFailed "CHECKPOINT_LOAD_FAILED" Checkpoint retries 3 after 500 http 503
        "the state of the run could not be read" "Check the store with `aos doctor`.";
    CheckpointVersionConflict "CHECKPOINT_VERSION_CONFLICT" Checkpoint retries 0 after 0 http 409
        "somebody else changed the run" "Only one engine may own a run; look at `aos runs show`.";
    CheckpointStale "CHECKPOINT_STALE" Checkpoint retries 0 after 0 http 409
        "the run id belongs to other work" "Use another run id, or the original workflow, seed and inputs.";
    SeedDrift "SEED_DRIFT" Checkpoint retries 0 after 0 http 409
        "the run was started with another seed" "Use another run id, or the original seed.";
    RunLocked "RUN_LOCKED" Checkpoint retries 0 after 0 http 409
        "another engine owns the run" "Wait for it, or cancel the run with `aos runs cancel`.";
    RunNotFound "RUN_NOT_FOUND" Checkpoint retries 0 after 0 http 404
        "no run has this id" "`aos runs list` shows the runs of this store.";
    ResumeFailed "RESUME_FAILED" Checkpoint retries 0 after 0 http 409
        "the run cannot be resumed" "The message says why; a finished run cannot be resumed.";
}
