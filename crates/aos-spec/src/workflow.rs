//! What people and planners write: workflows and their steps.
//!
//! These are plain data. They become executable only as a [`WorkflowPlan`](crate::WorkflowPlan), which
//! [`check`](mod@crate::check) makes of them.

use std::{collections::BTreeMap, fmt, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::{Money, SkillId, StepId, WorkflowId, limits};

/// A workflow: named steps that call skills, with their order, limits and parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowSpec {
    /// Address of the JSON Schema, for editors; AOS does not read it.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Identifies the workflow over all its versions.
    pub id: WorkflowId,
    /// What people call the workflow.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The author's version of this workflow, free text such as `3` or `2026-11`.
    #[serde(default, skip_serializing_if = "SpecVersion::is_empty")]
    pub version: SpecVersion,
    /// Parameters of a run, referenced as `${inputs.name}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = { "pattern": "^[A-Za-z0-9_-]+$" }))]
    pub inputs: BTreeMap<String, InputParameter>,
    /// The steps, in the order of reading; execution follows their dependencies.
    #[schemars(length(min = 1, max = limits::MAX_STEPS))]
    pub steps: Vec<StepDescriptor>,
    /// The most that one run may cost, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ceiling_cents: Option<Money>,
    /// The longest time that one run may be executing, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<TimeoutSeconds>,
    /// Which steps may start before all earlier ones have committed.
    #[serde(default, skip_serializing_if = "Speculation::is_default")]
    pub speculation: Speculation,
    /// Free data for people and tools; AOS does not read it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// One step: a call of a skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDescriptor {
    /// Identifies the step within the workflow.
    pub id: StepId,
    /// The skill to call.
    pub skill_id: SkillId,
    /// The inputs of the skill; strings may hold references such as `${other_step.field}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Value>,
    /// Steps that must end first, besides those that the inputs refer to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<StepId>,
    /// What the step is expected to cost, in cents.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub estimated_cost_cents: Money,
    /// The most that the step may cost over all its attempts, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cost_cents: Option<Money>,
    /// Whether retryable failures are tried again.
    #[serde(default = "default_retry", skip_serializing_if = "is_default_retry")]
    pub retry: bool,
    /// How often a retryable failure is tried again.
    #[serde(
        default = "default_max_retries",
        skip_serializing_if = "is_default_max_retries"
    )]
    #[schemars(range(max = limits::MAX_RETRIES))]
    pub max_retries: u32,
    /// Tells the outside world that two requests are the same one; may refer to parameters of the run. Derived from run and step
    /// when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limits::MAX_IDEMPOTENCY_KEY_CHARS))]
    pub idempotency_key: Option<String>,
    /// What a failure of this step means for the run.
    #[serde(default, skip_serializing_if = "OnError::is_default")]
    pub on_error: OnError,
    /// The longest time that one attempt may take, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<TimeoutSeconds>,
}

const fn default_retry() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_default_retry(retry: &bool) -> bool {
    *retry
}

const fn default_max_retries() -> u32 {
    3
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_default_max_retries(max_retries: &u32) -> bool {
    *max_retries == default_max_retries()
}

impl WorkflowSpec {
    /// Returns a workflow of `steps` with every other field at its default.
    #[must_use]
    pub fn new(id: WorkflowId, steps: Vec<StepDescriptor>) -> Self {
        Self {
            schema: None,
            id,
            name: String::new(),
            version: SpecVersion::default(),
            inputs: BTreeMap::new(),
            steps,
            budget_ceiling_cents: None,
            timeout_seconds: None,
            speculation: Speculation::default(),
            metadata: Map::new(),
        }
    }
}

impl StepDescriptor {
    /// Returns a step that calls `skill_id` without inputs, with every other field at its default.
    #[must_use]
    pub fn new(id: StepId, skill_id: SkillId) -> Self {
        Self {
            id,
            skill_id,
            inputs: Map::new(),
            depends_on: Vec::new(),
            estimated_cost_cents: Money::ZERO,
            max_cost_cents: None,
            retry: default_retry(),
            max_retries: default_max_retries(),
            idempotency_key: None,
            on_error: OnError::default(),
            timeout_seconds: None,
        }
    }
}

/// What a failed step means for the rest of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The run ends as `failed`; later steps do not run.
    #[default]
    Abort,
    /// The failure is recorded and the run goes on; references to the missing output are `null`.
    Continue,
    /// The step, and all that depends on it, is marked as skipped; the rest goes on.
    Skip,
}

impl OnError {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which steps may start before all steps that come earlier in canonical order have committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speculation {
    /// None: steps run one at a time, in canonical order.
    None,
    /// Steps without outside effects may; those with effects only when no earlier step can still end the run.
    #[default]
    Reads,
    /// All steps may: an effect can happen although an earlier step then ends the run.
    All,
}

impl Speculation {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A parameter that a run is started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputParameter {
    /// The JSON type of the value.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// The value when the run gives none; without a default the run must give one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub default: Option<Value>,
    /// What the parameter means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// Reads a value that is present, so that an explicit `null` is kept apart from an absent field.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The JSON type of a run parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputType {
    /// Text.
    String,
    /// A whole number within 64 bits.
    Integer,
    /// Any finite number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// A map with text keys.
    Object,
    /// Any JSON value.
    Any,
}

impl InputType {
    /// Whether `value` is of this type.
    #[must_use]
    pub fn admits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            // `3.0` is a whole number as well, and becomes `3` in canonical form.
            Self::Integer => {
                let is_whole = |float: f64| float.fract() == 0.0 && float.abs() < 2_f64.powi(53);
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(is_whole)
            }
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Any => true,
        }
    }

    /// Returns the word for this type in specifications and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
            Self::Any => "any",
        }
    }
}

/// The author's version of a workflow: text, or a whole number, which is kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct SpecVersion(
    /// The version as text.
    pub String,
);

impl SpecVersion {
    /// Whether no version was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SpecVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for SpecVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) if !number.is_f64() => Ok(Self(number.to_string())),
            _ => Err(de::Error::custom(
                "a version is text or a whole number; put quotes around it",
            )),
        }
    }
}

impl JsonSchema for SpecVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SpecVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

/// A time limit: a number of seconds above zero, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeoutSeconds(
    // INVARIANT: between one millisecond and `limits::MAX_TIMEOUT_SECONDS`.
    Duration,
);

impl TimeoutSeconds {
    /// Returns the limit of `duration`, rounded up to a millisecond; `None` when it is zero or above
    /// [`limits::MAX_TIMEOUT_SECONDS`].
    #[must_use]
    pub fn new(duration: Duration) -> Option<Self> {
        let millis = duration.as_nanos().div_ceil(1_000_000);
        let limit = Duration::from_millis(u64::try_from(millis).ok()?);
        (!limit.is_zero() && limit <= Duration::from_secs(limits::MAX_TIMEOUT_SECONDS)).then_some(Self(limit))
    }

    /// Returns the limit as a span of time.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl Serialize for TimeoutSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.subsec_nanos() == 0 {
            serializer.serialize_u64(self.0.as_secs())
        } else {
            serializer.serialize_f64(self.0.as_secs_f64())
        }
    }
}

impl<'de> Deserialize<'de> for TimeoutSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| {
                de::Error::custom(format!(
                    "a time limit is a number of seconds above 0 and at most {}",
                    limits::MAX_TIMEOUT_SECONDS
                ))
            })
    }
}

impl JsonSchema for TimeoutSeconds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TimeoutSeconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "exclusiveMinimum": 0, "maximum": limits::MAX_TIMEOUT_SECONDS })
    }
}
