//! Commits in canonical order, and the end of the run.

use aos_spec::{ErrorCode, OnError, RunStatus, StepIndex, StepStatus, journal::RunError, port::Denial};

use super::{
    Effect, Machine, WriteNumber,
    state::{Phase, State},
};

impl Machine {
    /// Does everything that has become possible.
    pub(super) fn advance(&mut self, elapsed_ms: u64, effects: &mut Vec<Effect>) {
        self.settle_ended(elapsed_ms, effects);
        self.commit(effects);
        self.announce(effects);
        self.start_steps(effects);
        self.save(effects);
        if let Phase::Saving(write) = self.phase
            && write <= self.written
        {
            self.phase = Phase::Finished;
            effects.push(Effect::Finish);
        }
    }

    pub(super) fn written(&mut self, write: WriteNumber, effects: &mut Vec<Effect>) {
        self.written = self.written.max(write);
        self.open_gates(effects);
    }

    /// Commits steps in canonical order as far as they have ended.
    fn commit(&mut self, effects: &mut Vec<Effect>) {
        while matches!(self.phase, Phase::Running | Phase::Stopping(_)) {
            let Some(step) = self.steps.get(self.frontier) else {
                return self.close(RunStatus::Completed, None, effects);
            };
            if let State::Denied(denial) = &step.state {
                let (status, error) = self.denial_error(denial.clone());
                return self.close(status, Some(error), effects);
            }
            let (State::Ended, Some(result)) = (&step.state, &step.result) else {
                return;
            };
            let aborts =
                result.status == StepStatus::Failed && self.on_error(self.frontier) == OnError::Abort;
            let error = aborts.then(|| {
                let message = result.error.clone().unwrap_or_default();
                RunError::new(result.error_code.unwrap_or(ErrorCode::UnknownError), message)
                    .at_step(result.step_id.clone())
                    .with_details(result.error_details.clone())
            });
            self.spent = self.spent.saturating_add(step.cost);
            if let Some(hash) = step.row_hash {
                self.hash = self.hash.chain(hash);
            }
            self.frontier += 1;
            for parked in std::mem::take(&mut self.parked) {
                self.make_ready(parked);
            }
            if error.is_some() {
                return self.close(RunStatus::Failed, error, effects);
            }
        }
    }

    fn denial_error(&self, denial: Denial) -> (RunStatus, RunError) {
        let error = RunError::new(denial.code, denial.message)
            .at_step(self.descriptor(self.frontier).id.clone())
            .with_details(denial.details);
        (denial.status, error)
    }

    fn close(&mut self, status: RunStatus, error: Option<RunError>, effects: &mut Vec<Effect>) {
        self.phase = Phase::Closing(status, error);
        self.cancel_active(0, true, effects);
    }

    /// Announces committed steps once they are durable.
    fn announce(&mut self, effects: &mut Vec<Effect>) {
        while self.announced < self.frontier && self.steps[self.announced].ended_by <= self.written {
            effects.push(Effect::Committed {
                step: StepIndex::from_usize(self.announced),
            });
            self.announced += 1;
        }
    }

    /// Writes the state in which the run is left, when nothing of it is active any more.
    fn save(&mut self, effects: &mut Vec<Effect>) {
        let (status, error) = match &self.phase {
            _ if self.n_active > 0 || !self.ending.is_empty() => return,
            Phase::Stopping(stop) => (stop.status, stop.error.clone()),
            Phase::Closing(status, error) => (*status, error.clone()),
            Phase::Running | Phase::Saving(_) | Phase::Finished => return,
        };
        self.last_write += 1;
        self.phase = Phase::Saving(self.last_write);
        effects.push(Effect::Save {
            write: self.last_write,
            status,
            next_step_index: StepIndex::from_usize(self.frontier),
            last_result_hash: self.hash,
            error,
        });
    }
}
