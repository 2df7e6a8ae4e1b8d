//! A test case: a workflow, and what each attempt of each step answers.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aos_spec::{
    Effect, ErrorCode, Money, Seed, StepFailure, StepId, StepIndex, WorkflowPlan, WorkflowSpec, derive_seed,
    skill::SkillOutput,
};
use serde_json::{Map, Value, json};

/// What one attempt answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Scripted {
    /// An output made of the inputs, the seed and the number of the attempt, at this cost in micro-cents.
    Answer(u64),
    /// A failure with this code, at this cost in micro-cents.
    Failure(ErrorCode, u64),
    /// A panic.
    Panic,
}

/// A workflow with its script.
#[derive(Debug, Clone)]
pub struct Case {
    /// The workflow.
    pub plan: Arc<WorkflowPlan>,
    /// What the attempts of each step answer; the last entry holds for all further attempts.
    pub script: BTreeMap<StepId, Vec<Scripted>>,
    /// How long the attempts of each step take.
    pub latency: BTreeMap<StepId, Duration>,
    /// The seed of the run.
    pub seed: Seed,
}

impl Case {
    /// Returns the case of `spec`, whose steps call the skills of [`crate::scripted`], in which every attempt answers.
    ///
    /// # Panics
    ///
    /// When the specification is not valid.
    #[must_use]
    pub fn new(spec: WorkflowSpec) -> Self {
        let plan = WorkflowPlan::new(spec).expect("a test case is a valid workflow");
        Self {
            plan: Arc::new(plan),
            script: BTreeMap::new(),
            latency: BTreeMap::new(),
            seed: Seed(42),
        }
    }

    /// Returns the case with the answers of one step.
    ///
    /// # Panics
    ///
    /// When the id is not valid.
    #[must_use]
    pub fn with(mut self, step: &str, answers: impl Into<Vec<Scripted>>) -> Self {
        self.script
            .insert(step.parse().expect("a test case uses valid ids"), answers.into());
        self
    }

    /// Returns what calling the skill of a step means: the skills are named after their classes.
    #[must_use]
    pub fn effect(&self, step: StepIndex) -> Effect {
        match self.plan.descriptor(step).skill_id.as_str() {
            "pure" => Effect::Pure,
            "read" => Effect::Read,
            "once" => Effect::Once,
            _ => Effect::Idempotent,
        }
    }

    /// Returns the classes of all steps in canonical order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.plan
            .indexes()
            .map(|index| self.effect(StepIndex::from_usize(index)))
            .collect()
    }

    /// Returns what attempt number `attempt` of `step` answers to `inputs`. The same for every executor.
    ///
    /// # Errors
    ///
    /// The scripted failure.
    pub fn answer(
        &self,
        step: &StepId,
        attempt: u32,
        seed: Seed,
        inputs: &Map<String, Value>,
    ) -> Result<SkillOutput, StepFailure> {
        let answers = self.script.get(step).map_or(&[][..], Vec::as_slice);
        let attempt_at = (attempt as usize)
            .saturating_sub(1)
            .min(answers.len().saturating_sub(1));
        let cost = |micro_cents| Money::from_micro_cents(micro_cents).unwrap_or(Money::MAX);
        match answers.get(attempt_at).unwrap_or(&Scripted::Answer(0)) {
            Scripted::Answer(micro_cents) => {
                let value = json!({ "inputs": inputs, "seed": seed, "attempt": attempt, "ratio": 1.0 });
                Ok(SkillOutput::new(value).with_cost(cost(*micro_cents)))
            }
            Scripted::Failure(code, micro_cents) => {
                Err(StepFailure::new(*code, format!("scripted failure of {step}"))
                    .with_cost(cost(*micro_cents)))
            }
            Scripted::Panic => Err(StepFailure::new(
                ErrorCode::ExecutionError,
                "the skill panicked: scripted panic",
            )),
        }
    }

    /// Returns the seed of the step at `index`.
    #[must_use]
    pub fn step_seed(&self, index: StepIndex) -> Seed {
        derive_seed(self.seed, u64::from(index.0))
    }
}
