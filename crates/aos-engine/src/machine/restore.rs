//! The beginning: of a new run, and of one whose journal holds rows already.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use aos_spec::{
    ContentHash, Effect as EffectClass, ErrorCode, Money, RunStatus, StepIndex, WorkflowPlan,
    journal::{JournalEntry, RunError},
};
use serde_json::Value;

use super::{
    Effect, Machine, MachineOptions, Stop,
    state::{Phase, State, Step},
};

impl Machine {
    /// Returns the machine of a run of `plan` whose journal holds `journal`: each entry with its step and the hash of its
    /// row, in the order of steps.
    #[must_use]
    pub fn new(
        plan: Arc<WorkflowPlan>,
        options: MachineOptions,
        journal: impl IntoIterator<Item = (StepIndex, JournalEntry, ContentHash)>,
    ) -> Self {
        let mut steps: Vec<_> = plan
            .steps()
            .iter()
            .zip(&options.effects)
            .map(|(step, effect)| Step {
                effect: *effect,
                state: State::Waiting,
                n_missing: step.depends_on().len(),
                dependents: Vec::new(),
                attempt: 0,
                cost: Money::ZERO,
                duration_ms: 0,
                result: None,
                row_hash: None,
                ended_by: 0,
            })
            .collect();
        for step in plan.steps() {
            for on in step.depends_on() {
                steps[on.get()].dependents.push(step.index().get());
            }
        }
        for (index, entry, hash) in journal {
            if let Some(step) = steps.get_mut(index.get()) {
                step.restore(entry, hash);
            }
        }
        Self {
            run_inputs: Value::Object(options.inputs.clone()),
            hash: plan.hash(),
            plan,
            options,
            steps,
            ready: [BTreeSet::new(), BTreeSet::new()],
            parked: BTreeSet::new(),
            n_active: 0,
            frontier: 0,
            announced: 0,
            barrier: 0,
            cut: None,
            spent: Money::ZERO,
            last_write: 0,
            written: 0,
            gated: VecDeque::new(),
            ending: VecDeque::new(),
            phase: Phase::Running,
        }
    }

    /// Begins, or goes on, and returns what to do first. Called once. With a `stop` no step is started, and the run is
    /// left as it says unless the journal holds its end already.
    pub fn start(&mut self, stop: Option<Stop>, elapsed_ms: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        for step in 0..self.steps.len() {
            if self.steps[step].state == State::Ended {
                self.settle(step, elapsed_ms, &mut effects);
            } else if self.plan.steps()[step].depends_on().is_empty()
                && self.steps[step].state == State::Waiting
            {
                self.make_ready(step);
            }
        }
        if let Some(stop) = stop.or_else(|| self.unknown_outcome()) {
            self.phase = Phase::Stopping(stop);
        }
        self.advance(elapsed_ms, &mut effects);
        effects
    }

    /// Returns the stop of a run that cannot go on because a crash left the end of an effect unknown.
    fn unknown_outcome(&self) -> Option<Stop> {
        let step = self.steps.iter().position(|step| step.state == State::Unknown)?;
        let id = self.descriptor(step).id.clone();
        let message = format!("a crash left unknown whether the effect of step `{id}` happened");
        let error = RunError::new(ErrorCode::OutcomeUnknown, message).at_step(id);
        Some(Stop {
            status: RunStatus::Suspended,
            error: Some(error),
            cancel_attempts: false,
        })
    }
}

impl Step {
    fn restore(&mut self, entry: JournalEntry, hash: ContentHash) {
        match entry {
            JournalEntry::Started { attempt } => {
                self.attempt = attempt;
                if self.effect == EffectClass::Once && self.state == State::Waiting {
                    self.state = State::Unknown;
                }
            }
            JournalEntry::Failed { attempt, failure } => {
                self.attempt = self.attempt.max(attempt);
                self.cost = self.cost.saturating_add(failure.cost);
            }
            JournalEntry::Ended(result) => {
                self.attempt = result.retries + 1;
                self.cost = result.cost_cents;
                self.duration_ms = result.duration_ms;
                self.row_hash = Some(hash);
                self.result = Some(result);
                self.state = State::Ended;
            }
        }
    }
}
