//! What a skill is: its declaration, what it is called with, and the registry of those a program has.
//!
//! A skill is what MCP, OpenAI and Anthropic call a *tool*; it is not an Agent Skill (a folder with a SKILL.md).

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{AgentId, ContentHash, Money, RunId, Seed, SkillId, StepId, StepIndex, WorkflowId, port::Skill};

/// What calling a skill means for the world outside the process.
///
/// The hints of MCP map to these: `readOnlyHint` to [`Effect::Read`], `idempotentHint` to [`Effect::Idempotent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The same seed and inputs give the same output; may be run again at any time.
    Pure,
    /// Answers vary and nothing is changed; recorded, and served from the recording on replay.
    Read,
    /// Changes something, and is safe to repeat under the same idempotency key.
    #[default]
    Idempotent,
    /// Must not be repeated: a durable start record precedes it, and an unknown end waits for a person.
    Once,
}

impl Effect {
    /// Whether the skill changes anything outside the process.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Idempotent | Self::Once)
    }

    /// Returns the word for this class in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::Read => "read",
            Self::Idempotent => "idempotent",
            Self::Once => "once",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a skill does with one of its inputs; decides what the sandbox looks for in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InputKind {
    /// Not declared: everything is looked for, at high precision.
    #[default]
    Unknown,
    /// A whole SQL statement.
    Sql,
    /// A value that is bound or put into a SQL statement.
    SqlParam,
    /// A command line.
    Shell,
    /// One argument of a command.
    ShellArg,
    /// A path below the skill's root folder.
    Path,
    /// An address that the skill connects to.
    Url,
    /// The text of a template that the skill evaluates.
    Template,
    /// Data that is put into a template.
    TemplateData,
    /// Program text.
    Code,
    /// A regular expression.
    Regex,
    /// A header of a request.
    Header,
    /// An address of a person.
    Email,
    /// Structured data that is passed on and not interpreted.
    Json,
    /// Text for people or language models.
    FreeText,
    /// A name of something.
    Identifier,
    /// One of a fixed list of words.
    Enum,
    /// A number.
    Number,
    /// Bytes or text that nothing interprets.
    Opaque,
}

/// What a skill declares about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SkillManifest {
    /// Identifies the skill.
    pub id: SkillId,
    /// Changes whenever the skill may answer differently; recorded in every run.
    pub version: String,
    /// What the skill does, in one sentence.
    pub description: String,
    /// What calling the skill means for the world outside.
    pub effect: Effect,
    /// JSON Schema (2020-12) of the inputs.
    pub input_schema: Value,
    /// JSON Schema (2020-12) of the output.
    pub output_schema: Value,
    /// What the skill does with each of its inputs, by name; the others are [`InputKind::Unknown`].
    pub input_kinds: BTreeMap<String, InputKind>,
    /// Whether the output can hold what an outsider wrote.
    pub untrusted_output: bool,
    /// Whether a step with this skill must carry its own idempotency key.
    pub needs_idempotency_key: bool,
}

impl SkillManifest {
    /// Returns a manifest without schemas or declared inputs.
    #[must_use]
    pub fn new(id: SkillId, version: impl Into<String>, effect: Effect) -> Self {
        Self {
            id,
            version: version.into(),
            description: String::new(),
            effect,
            input_schema: Value::Bool(true),
            output_schema: Value::Bool(true),
            input_kinds: BTreeMap::new(),
            untrusted_output: !matches!(effect, Effect::Pure),
            needs_idempotency_key: false,
        }
    }

    /// Returns the manifest with a description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Returns the manifest with the schemas of inputs and output.
    #[must_use]
    pub fn with_schemas(mut self, input_schema: Value, output_schema: Value) -> Self {
        self.input_schema = input_schema;
        self.output_schema = output_schema;
        self
    }

    /// Returns the manifest with the kind of one input.
    #[must_use]
    pub fn with_input(mut self, name: impl Into<String>, kind: InputKind) -> Self {
        self.input_kinds.insert(name.into(), kind);
        self
    }

    /// Returns the manifest with a statement whether outsiders can write into the output.
    #[must_use]
    pub const fn with_untrusted_output(mut self, untrusted_output: bool) -> Self {
        self.untrusted_output = untrusted_output;
        self
    }

    /// Returns the manifest of a skill whose steps must carry their own idempotency key.
    #[must_use]
    pub const fn requiring_idempotency_key(mut self) -> Self {
        self.needs_idempotency_key = true;
        self
    }
}

/// What an attempt of a step is called with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StepContext {
    /// The run.
    pub run_id: RunId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The step.
    pub step_id: StepId,
    /// The step's position in canonical order.
    pub step_index: StepIndex,
    /// The source of every random choice of the step; equal for all its attempts.
    pub seed: Seed,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// The inputs with all references resolved.
    pub inputs: Map<String, Value>,
    /// The outputs of the steps that this one depends on; `null` for one that failed under `on_error: continue`.
    pub outputs: BTreeMap<StepId, Arc<Value>>,
    /// Tells the outside world that two requests are the same: equal across attempts, restarts and resumes.
    pub idempotency_key: String,
    /// On whose behalf the run acts.
    pub agent_id: Option<AgentId>,
    /// The time limit of this attempt.
    pub timeout: Option<Duration>,
    /// Cancelled when the attempt should end; a skill that ignores it is dropped after a short grace period.
    pub cancellation: CancellationToken,
}

impl StepContext {
    /// Returns a context for one attempt; the fields that are not given are at their defaults.
    #[must_use]
    pub fn new(run_id: RunId, workflow_id: WorkflowId, step_id: StepId, inputs: Map<String, Value>) -> Self {
        let idempotency_key = format!(
            "{:x}",
            ContentHash::of_bytes(format!("{run_id}/{step_id}").as_bytes())
        );
        Self {
            run_id,
            workflow_id,
            step_id,
            step_index: StepIndex(0),
            seed: Seed(0),
            attempt: 1,
            inputs,
            outputs: BTreeMap::new(),
            idempotency_key,
            agent_id: None,
            timeout: None,
            cancellation: CancellationToken::new(),
        }
    }
}

/// What a skill answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SkillOutput {
    /// The value that later steps can refer to.
    pub value: Value,
    /// What the attempt cost.
    pub cost: Money,
}

impl SkillOutput {
    /// Returns an answer that cost nothing.
    #[must_use]
    pub fn new(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            cost: Money::ZERO,
        }
    }

    /// Returns the answer with what it cost.
    #[must_use]
    pub const fn with_cost(mut self, cost: Money) -> Self {
        self.cost = cost;
        self
    }
}

/// The skills that a program has, by id.
#[derive(Clone, Default)]
pub struct SkillRegistry {
    skills: BTreeMap<SkillId, Arc<dyn Skill>>,
}

/// A skill with the same id is registered already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("register skill `{0}`: a skill with this id is registered already")]
pub struct DuplicateSkill(
    /// The id of both.
    pub SkillId,
);

impl SkillRegistry {
    /// Returns a registry without skills.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `skill` under the id in its manifest.
    ///
    /// # Errors
    ///
    /// [`DuplicateSkill`] when the id is taken; the registry is then unchanged.
    pub fn register(&mut self, skill: Arc<dyn Skill>) -> Result<(), DuplicateSkill> {
        let id = skill.manifest().id.clone();
        if self.skills.contains_key(&id) {
            return Err(DuplicateSkill(id));
        }
        self.skills.insert(id, skill);
        Ok(())
    }

    /// Returns the skill with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Skill>> {
        self.skills.get(id)
    }

    /// Returns the declarations of all skills, in the order of their ids.
    pub fn manifests(&self) -> impl Iterator<Item = &SkillManifest> {
        self.skills.values().map(|skill| skill.manifest())
    }
}

impl fmt::Debug for SkillRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.skills.keys()).finish()
    }
}
