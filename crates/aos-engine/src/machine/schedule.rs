//! Which steps may start, and the way of a step from its start to its attempt.

use aos_spec::{
    Effect as EffectClass, ErrorCode, OnError, RunStatus, Speculation, StepIndex, canonical,
    journal::JournalEntry,
    port::{Decision, Denial},
};

use super::{
    Effect, Machine,
    state::{Phase, State},
};

impl Machine {
    /// Starts as many steps as slots and rules allow, lowest first.
    pub(super) fn start_steps(&mut self, effects: &mut Vec<Effect>) {
        while self.phase == Phase::Running && self.n_active < self.options.max_parallel {
            let Some(step) = self.next_startable() else { return };
            self.ready[usize::from(self.steps[step].effect.is_outside())].remove(&step);
            self.n_active += 1;
            self.begin_attempt(step, effects);
        }
    }

    /// Returns the lowest step that may start now.
    fn next_startable(&mut self) -> Option<usize> {
        let barrier = self.advance_barrier();
        let [inward, outward] = &self.ready;
        let (inward, outward) = (inward.first().copied(), outward.first().copied());
        let step = match self.speculation() {
            Speculation::None => [inward, outward]
                .into_iter()
                .flatten()
                .find(|step| *step == self.frontier),
            Speculation::Reads => {
                let outward = outward.filter(|step| *step <= barrier);
                inward.into_iter().chain(outward).min()
            }
            Speculation::All => inward.into_iter().chain(outward).min(),
        }?;
        // Serial execution would never come to a step behind one that ends the run.
        self.cut.is_none_or(|cut| step < cut).then_some(step)
    }

    /// Returns the lowest step that has not ended and can still end the run.
    fn advance_barrier(&mut self) -> usize {
        while let Some(step) = self.steps.get(self.barrier) {
            let can_end_the_run =
                self.options.refusable[self.barrier] || self.on_error(self.barrier) == OnError::Abort;
            if step.state != State::Ended && can_end_the_run {
                break;
            }
            self.barrier += 1;
        }
        self.barrier
    }

    /// Begins the next attempt of a step that holds a slot.
    pub(super) fn begin_attempt(&mut self, step: usize, effects: &mut Vec<Effect>) {
        self.steps[step].attempt += 1;
        if self.options.authorize {
            self.steps[step].state = State::Authorizing;
            self.steps[step].asked_at = self.frontier;
            let attempt = self.steps[step].attempt;
            effects.push(Effect::Authorize {
                step: StepIndex::from_usize(step),
                attempt,
            });
        } else {
            self.admitted(step, effects);
        }
    }

    pub(super) fn decided(&mut self, step: usize, decision: Decision, effects: &mut Vec<Effect>) {
        if self.steps[step].state != State::Authorizing {
            return;
        }
        match decision {
            Decision::Allow => self.admitted(step, effects),
            Decision::Deny(denial) => self.denied(step, denial, effects),
            // Everything before it had committed: a policy that cannot decide then never will.
            Decision::Undecided if step == self.steps[step].asked_at => {
                let message = "the policy did not decide although nothing is outstanding";
                let denial = Denial::new(RunStatus::PolicyViolation, ErrorCode::PolicyViolation, message);
                self.denied(step, denial, effects);
            }
            Decision::Undecided => {
                self.release(step, State::Waiting);
                self.steps[step].attempt -= 1;
                if step == self.frontier {
                    // What it waits for has committed while the policy was deciding.
                    self.make_ready(step);
                } else {
                    self.parked.insert(step);
                }
            }
        }
    }

    /// A denial is a decision of its place in canonical order: lower steps finish first.
    ///
    /// It is written down, so that a crash does not let it be decided again. An emergency stop is not: a run that was
    /// stopped goes on when it is released.
    fn denied(&mut self, step: usize, mut denial: Denial, effects: &mut Vec<Effect>) {
        if let Some(details) = &mut denial.details {
            canonical::normalize(details);
        }
        if denial.status.is_terminal() {
            let (attempt, denial) = (self.steps[step].attempt, denial.clone());
            // Details come from rules, which give nothing that has no canonical form; without a row it is decided again.
            if let Ok(row) = (JournalEntry::Denied { attempt, denial }).to_row(StepIndex::from_usize(step), 0)
            {
                self.append(row, effects);
            }
        }
        self.release(step, State::Denied(denial));
        self.cut_at(step, effects);
    }

    /// Lets the attempt begin once everything that it depends on is durable.
    fn admitted(&mut self, step: usize, effects: &mut Vec<Effect>) {
        let attempt = self.steps[step].attempt;
        match self.steps[step].effect {
            EffectClass::Pure | EffectClass::Read => self.invoke(step, effects),
            EffectClass::Idempotent => self.gate(step, effects),
            EffectClass::Once => {
                // The start record has no content that could fail to be written.
                if let Ok(row) = (JournalEntry::Started { attempt }).to_row(StepIndex::from_usize(step), 0) {
                    self.append(row, effects);
                }
                self.gate(step, effects);
            }
        }
    }

    fn gate(&mut self, step: usize, effects: &mut Vec<Effect>) {
        if self.written == self.last_write {
            self.invoke(step, effects);
        } else {
            self.steps[step].state = State::Gated;
            self.gated.push_back((self.last_write, step));
        }
    }

    pub(super) fn open_gates(&mut self, effects: &mut Vec<Effect>) {
        while let Some((write, step)) = self.gated.front().copied()
            && write <= self.written
        {
            self.gated.pop_front();
            if self.steps[step].state == State::Gated {
                self.invoke(step, effects);
            }
        }
    }

    fn invoke(&mut self, step: usize, effects: &mut Vec<Effect>) {
        self.steps[step].state = State::Running;
        let attempt = self.steps[step].attempt;
        effects.push(Effect::Invoke {
            step: StepIndex::from_usize(step),
            attempt,
        });
    }

    pub(super) fn woken(&mut self, step: usize, effects: &mut Vec<Effect>) {
        if self.steps[step].state == State::Sleeping {
            self.begin_attempt(step, effects);
        }
    }

    /// Gives the slot of a step back.
    pub(super) fn release(&mut self, step: usize, state: State) {
        if self.steps[step].state.is_active() {
            self.n_active -= 1;
        }
        self.steps[step].state = state;
    }

    /// Puts a step among those that may start.
    pub(super) fn make_ready(&mut self, step: usize) {
        self.ready[usize::from(self.steps[step].effect.is_outside())].insert(step);
    }
}
