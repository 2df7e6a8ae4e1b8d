//! The events that a golden consists of: one `run_start`, one `step` for each committed step, one `run_end`.
//!
//! The format is `aos-golden/1`. Each event is one line of canonical JSON; a field without a value is absent. Seeds are decimal
//! strings and amounts are integers of micro-cents. The only moment in an event is its `ts`, and no event holds a duration.

mod read;
mod write;

use std::collections::BTreeMap;

use aos_spec::{
    AgentId, ContentHash, Effect, ErrorCode, Money, RunId, RunStatus, Seed, SkillId, StepId, StepIndex,
    StepStatus, WorkflowId,
};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

pub(crate) use read::{EventKind, EventLine};
pub(crate) use write::{Ending, Start, Step, write_end, write_start, write_step};

/// The version of goldens that this program writes; `run_start` names it.
pub const GOLDEN_FORMAT: &str = "aos-golden/1";

/// Whether this program can read goldens of the version `format`.
#[must_use]
pub fn check_readable_by(format: &str) -> bool {
    format == GOLDEN_FORMAT
}

/// One event of a golden.
#[derive(Debug, Clone, PartialEq)]
pub enum GoldenEvent {
    /// The beginning of the run.
    RunStart(RunStartEvent),
    /// A committed step.
    Step(StepEvent),
    /// The end of the run.
    RunEnd(RunEndEvent),
}

/// What a run was started with. With the specification and the inputs in it, a golden can be replayed by itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RunStartEvent {
    #[serde(rename = "event")]
    _event: EventKind,
    /// On whose behalf the run acted.
    pub agent_id: Option<AgentId>,
    /// The version of the engine that started the run.
    pub engine_version: String,
    /// The version of the golden.
    pub format: String,
    /// The parameters of the run.
    pub inputs: Map<String, Value>,
    /// The hash of the policy that the run was started under.
    pub policy_hash: Option<ContentHash>,
    /// What was hidden, as declared.
    pub redactions: Vec<String>,
    /// Whether the run was itself a replay.
    pub replay: bool,
    /// The run.
    pub run_id: RunId,
    /// The seed of the run.
    pub seed: Seed,
    /// The versions of the skills that the workflow calls.
    pub skill_versions: BTreeMap<SkillId, String>,
    /// The specification.
    pub spec: Value,
    /// The hash of the specification, before anything in it was hidden.
    pub spec_hash: ContentHash,
    /// The workflow.
    pub spec_id: WorkflowId,
    /// When the event was recorded.
    pub ts: Option<String>,
}

impl RunStartEvent {
    /// Whether a redaction hides a part of the specification.
    #[must_use]
    pub fn hides_spec(&self) -> bool {
        self.redactions
            .iter()
            .any(|pointer| pointer.starts_with("/spec/"))
    }
}

/// How one step ended. `P` is the type that free values are read as.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StepEvent<P = Value> {
    #[serde(rename = "event")]
    _event: EventKind,
    /// What all attempts cost together.
    #[serde(rename = "cost_micro_cents", deserialize_with = "micro_cents")]
    pub cost: Money,
    /// What calling the skill means for the world outside.
    pub effect: Effect,
    /// What went wrong, for people.
    pub error: Option<String>,
    /// What went wrong, as a code.
    pub error_code: Option<ErrorCode>,
    /// What went wrong, for programs.
    pub error_details: Option<P>,
    /// The position in canonical order.
    pub index: StepIndex,
    /// What the skill answered; `null` when it did not.
    pub output: P,
    /// How often the step was tried again.
    pub retries: u32,
    /// The seed of the step.
    pub seed: Seed,
    /// The skill.
    pub skill_id: SkillId,
    /// How the step ended.
    pub status: StepStatus,
    /// The step.
    pub step_id: StepId,
    /// When the event was recorded.
    pub ts: Option<String>,
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RunEndEvent {
    #[serde(rename = "event")]
    _event: EventKind,
    /// The chain over the hashes of the specification and all recorded steps.
    pub checkpoint_hash: ContentHash,
    /// Why the run did not complete, for people.
    pub error: Option<String>,
    /// Why the run did not complete, as a code.
    pub error_code: Option<ErrorCode>,
    /// Why the run did not complete, for programs.
    pub error_details: Option<Value>,
    /// The step that ended the run.
    pub failed_step: Option<StepId>,
    /// The final state of the run.
    pub status: RunStatus,
    /// The number of steps whose skill answered.
    pub steps_completed: usize,
    /// The number of steps of the workflow.
    pub steps_total: usize,
    /// What all steps cost together.
    #[serde(rename = "total_cost_micro_cents", deserialize_with = "micro_cents")]
    pub total_cost: Money,
    /// When the event was recorded.
    pub ts: Option<String>,
}

fn micro_cents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
    let micro_cents = u64::deserialize(deserializer)?;
    Money::from_micro_cents(micro_cents).ok_or_else(|| de::Error::custom("the amount is out of range"))
}
