//! Stopping: on request, at a time limit, and behind a step that ends the run.

use aos_spec::StepIndex;

use super::{
    Effect, Machine, Stop,
    state::{Phase, State},
};

impl Machine {
    /// Starts no further steps. A later stop replaces one after which the run could be resumed, so that a pause can become
    /// a cancellation, and a cancellation cannot become a pause.
    pub(super) fn stop(&mut self, stop: Stop, effects: &mut Vec<Effect>) {
        let is_final = match &self.phase {
            Phase::Running => false,
            Phase::Stopping(earlier) => earlier.status.is_terminal(),
            Phase::Closing(..) | Phase::Saving(_) | Phase::Finished => return,
        };
        self.cancel_active(0, stop.cancel_attempts, effects);
        if !is_final {
            self.phase = Phase::Stopping(stop);
        }
    }

    /// Cancels what the steps from `first` on are doing. Attempts that are running, or admitted and about to, are left
    /// alone unless `attempts` is set.
    pub(super) fn cancel_active(&mut self, first: usize, attempts: bool, effects: &mut Vec<Effect>) {
        for step in first..self.steps.len() {
            let is_cancelled = match self.steps[step].state {
                State::Authorizing | State::Sleeping => true,
                State::Running | State::Gated => attempts,
                _ => false,
            };
            if !is_cancelled {
                continue;
            }
            if self.steps[step].state != State::Gated {
                effects.push(Effect::Cancel {
                    step: StepIndex::from_usize(step),
                });
            }
            // A running attempt holds its slot until it has answered.
            if self.steps[step].state != State::Running {
                self.release(step, State::Waiting);
            }
        }
    }
}
