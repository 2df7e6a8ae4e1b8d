//! What the machine remembers.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use aos_spec::{
    ContentHash, Effect as EffectClass, Money, OnError, RunId, RunStatus, Seed, Speculation, StepDescriptor,
    StepIndex, StepResult, WorkflowPlan, derive_seed,
    journal::RunError,
    port::Denial,
    reference::{ResolveError, Resolver},
};
use serde_json::{Map, Value};

use super::{Effect, Input, Stop, WriteNumber};
use crate::Durability;

/// What a machine needs to know besides the plan.
#[derive(Debug, Clone)]
pub struct MachineOptions {
    /// The run.
    pub run_id: RunId,
    /// The seed of the run.
    pub seed: Seed,
    /// The parameters of the run.
    pub inputs: Map<String, Value>,
    /// What each step's skill means for the world outside, in canonical order.
    pub effects: Vec<EffectClass>,
    /// How many attempts may be running at the same time.
    pub max_parallel: usize,
    /// When to wait for durability.
    pub durability: Durability,
    /// The largest result of one step, in bytes of its row.
    pub max_output_bytes: usize,
    /// Whether attempts are authorized.
    pub authorize: bool,
    /// For each step in canonical order whether its authorization can be refused, so that it can end the run.
    pub refusable: Vec<bool>,
}

/// The state machine of one run. See the [module](super) for the protocol.
#[derive(Debug)]
pub struct Machine {
    pub(super) plan: Arc<WorkflowPlan>,
    pub(super) options: MachineOptions,
    pub(super) run_inputs: Value,
    pub(super) steps: Vec<Step>,
    /// Steps whose dependencies have ended, without and with outside effects.
    pub(super) ready: [BTreeSet<usize>; 2],
    /// Steps whose policy decision depends on what has not committed yet.
    pub(super) parked: BTreeSet<usize>,
    /// How many steps hold a slot.
    pub(super) n_active: usize,
    /// All steps before it have committed.
    pub(super) frontier: usize,
    /// All steps before it have been announced as committed.
    pub(super) announced: usize,
    /// No step before it can still end the run.
    pub(super) barrier: usize,
    /// The lowest step known to end the run when it commits.
    pub(super) cut: Option<usize>,
    pub(super) hash: ContentHash,
    pub(super) spent: Money,
    pub(super) last_write: WriteNumber,
    pub(super) written: WriteNumber,
    /// Steps that wait until everything written before is durable, in the order of their waits.
    pub(super) gated: VecDeque<(WriteNumber, usize)>,
    /// Steps with results that do not count as ended yet, each with the write that must be durable first.
    pub(super) ending: VecDeque<(WriteNumber, usize)>,
    pub(super) phase: Phase,
}

/// Where the run stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    /// Steps are started.
    Running,
    /// No step is started; the run stops when none is active.
    Stopping(Stop),
    /// The run has reached its end; it is saved when no step is active.
    Closing(RunStatus, Option<RunError>),
    /// The end is being written.
    Saving(WriteNumber),
    /// Nothing is left to do.
    Finished,
}

/// One step of the run.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) effect: EffectClass,
    pub(super) state: State,
    /// The number of dependencies that have not ended.
    pub(super) n_missing: usize,
    pub(super) dependents: Vec<usize>,
    /// The number of the current or last attempt; zero before the first.
    pub(super) attempt: u32,
    /// Where the commit frontier was when the policy was asked last.
    pub(super) asked_at: usize,
    /// What the attempts have cost, and how long they took.
    pub(super) cost: Money,
    pub(super) duration_ms: u64,
    pub(super) result: Option<StepResult>,
    pub(super) row_hash: Option<ContentHash>,
    /// The write of the row that ended the step.
    pub(super) ended_by: WriteNumber,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    /// Waits for dependencies, a slot, or a decision.
    Waiting,
    /// The policy is being asked.
    Authorizing,
    /// Waits until everything it depends on is durable.
    Gated,
    /// An attempt is running.
    Running,
    /// Waits before the next attempt.
    Sleeping,
    /// The policy denied it: the run ends here when it commits.
    Denied(Denial),
    /// The result is being written.
    Ending,
    /// It has a result.
    Ended,
    /// A crash left unknown whether its effect happened.
    Unknown,
}

impl State {
    /// Whether a step in this state holds a slot.
    pub(super) const fn is_active(&self) -> bool {
        matches!(
            self,
            Self::Authorizing | Self::Gated | Self::Running | Self::Sleeping
        )
    }
}

impl Machine {
    /// Takes notice of `input` and returns what to do about it. `elapsed_ms` says how long the run has been executing.
    pub fn handle(&mut self, input: Input, elapsed_ms: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Decided { step, decision } => self.decided(step.get(), decision, &mut effects),
            Input::Attempted {
                step,
                answer,
                duration,
            } => {
                self.attempted(step.get(), answer, duration, elapsed_ms, &mut effects);
            }
            Input::Served { step, result } => self.served(step.get(), *result, elapsed_ms, &mut effects),
            Input::Woken { step } => self.woken(step.get(), &mut effects),
            Input::Written { write } => self.written(write, &mut effects),
            Input::Stop(stop) => self.stop(stop, &mut effects),
        }
        self.advance(elapsed_ms, &mut effects);
        effects
    }

    /// Whether the run is over, or waits, and everything is written.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    /// Returns the plan.
    #[must_use]
    pub const fn plan(&self) -> &Arc<WorkflowPlan> {
        &self.plan
    }

    /// Returns the result of a step that has ended.
    #[must_use]
    pub fn result(&self, step: StepIndex) -> Option<&StepResult> {
        self.steps[step.get()].result.as_ref()
    }

    /// Drops the output of a step that no other step will ask for any more; `null` takes its place.
    pub fn forget_output(&mut self, step: StepIndex) {
        if let Some(result) = &mut self.steps[step.get()].result {
            result.output = Value::Null;
        }
    }

    /// Returns the number of steps that have a result.
    #[must_use]
    pub fn n_ended(&self) -> usize {
        self.steps.iter().filter(|step| step.result.is_some()).count()
    }

    /// Returns the number of the current or last attempt of `step`; zero before the first.
    #[must_use]
    pub fn attempt(&self, step: StepIndex) -> u32 {
        self.steps[step.get()].attempt
    }

    /// Whether the result of `step` was in the journal from the beginning.
    #[must_use]
    pub fn was_restored(&self, step: StepIndex) -> bool {
        let step = &self.steps[step.get()];
        step.result.is_some() && step.ended_by == 0
    }

    /// Returns what calling the skill of `step` means for the world outside.
    #[must_use]
    pub fn effect(&self, step: StepIndex) -> EffectClass {
        self.steps[step.get()].effect
    }

    /// Returns the seed of `step`.
    #[must_use]
    pub fn seed(&self, step: StepIndex) -> Seed {
        derive_seed(self.options.seed, u64::from(step.0))
    }

    /// Returns the inputs of `step` with all references resolved.
    ///
    /// # Errors
    ///
    /// [`ResolveError`] when a reference leads nowhere in the outputs, or the inputs grow too large.
    pub fn resolve_inputs(&self, step: StepIndex) -> Result<Map<String, Value>, ResolveError> {
        match self.plan.step(step).inputs().resolve(&Outputs(self))? {
            Value::Object(inputs) => Ok(inputs),
            _ => Ok(Map::new()),
        }
    }

    /// Returns the outputs of the steps that `step` depends on; `null` for one without.
    #[must_use]
    pub fn dependency_outputs(&self, step: StepIndex) -> Vec<(StepIndex, Value)> {
        let output = |on: &StepIndex| {
            self.result(*on)
                .map_or(Value::Null, |result| result.output.clone())
        };
        self.plan
            .step(step)
            .depends_on()
            .iter()
            .map(|on| (*on, output(on)))
            .collect()
    }

    /// Returns what the attempts of `step` have cost so far.
    #[must_use]
    pub fn cost_of(&self, step: StepIndex) -> Money {
        self.steps[step.get()].cost
    }

    /// Returns what all steps before `step` and its own attempts have cost, and the most that those before it which have
    /// not ended can still cost; `None` when nothing bounds it. `most` returns the most that a step can cost.
    #[must_use]
    pub fn cost_before(
        &self,
        step: StepIndex,
        most: impl Fn(&StepDescriptor) -> Option<Money>,
    ) -> (Money, Option<Money>) {
        let mut spent = self.spent;
        let mut outstanding = Some(Money::ZERO);
        for lower in self.frontier..step.get() {
            let state = &self.steps[lower];
            spent = spent.saturating_add(state.cost);
            if state.result.is_none() {
                let rest = most(self.descriptor(lower))
                    .map(|most| most.checked_sub(state.cost).unwrap_or(Money::ZERO));
                outstanding = outstanding
                    .zip(rest)
                    .and_then(|(sum, rest)| sum.checked_add(rest));
            }
        }
        (spent.saturating_add(self.steps[step.get()].cost), outstanding)
    }

    pub(super) fn descriptor(&self, step: usize) -> &StepDescriptor {
        self.plan.descriptor(StepIndex::from_usize(step))
    }

    pub(super) fn on_error(&self, step: usize) -> OnError {
        self.descriptor(step).on_error
    }

    pub(super) fn speculation(&self) -> Speculation {
        self.plan.spec().speculation
    }
}

/// Looks references up in what the machine knows.
struct Outputs<'a>(&'a Machine);

impl Resolver for Outputs<'_> {
    fn inputs(&self) -> &Value {
        &self.0.run_inputs
    }

    fn output(&self, step: &aos_spec::StepId) -> Option<&Value> {
        let index = self.0.plan.index_of(step.as_str())?;
        self.0
            .result(index)
            .filter(|result| result.success)
            .map(|result| &result.output)
    }
}
