//! How attempts and steps end, and what follows for the steps that depend on them.

use std::time::Duration;

use aos_spec::{
    ErrorCode, Money, OnError, StepFailure, StepIndex, StepResult, StepStatus, canonical,
    journal::{JournalEntry, JournalRow},
    retry,
};
use serde_json::json;

use super::{
    Answer, Effect, Machine,
    state::{Phase, State},
};
use crate::Durability;

impl Machine {
    pub(super) fn attempted(
        &mut self,
        step: usize,
        answer: Answer,
        duration: Duration,
        elapsed_ms: u64,
        effects: &mut Vec<Effect>,
    ) {
        let state = &mut self.steps[step];
        if state.state != State::Running {
            return;
        }
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        state.duration_ms = state.duration_ms.saturating_add(duration_ms);
        match answer {
            Answer::Cancelled => self.release(step, State::Waiting),
            Answer::Skill(Ok(mut output)) => {
                self.spend(step, output.cost);
                canonical::normalize(&mut output.value);
                let result = StepResult::completed(self.descriptor(step).id.clone(), output.value);
                self.end(step, result, elapsed_ms, effects);
            }
            Answer::Skill(Err(failure)) => {
                self.spend(step, failure.cost);
                let failure = self.as_kept(failure);
                self.failed(step, failure, elapsed_ms, effects);
            }
        }
    }

    pub(super) fn served(
        &mut self,
        step: usize,
        result: StepResult,
        elapsed_ms: u64,
        effects: &mut Vec<Effect>,
    ) {
        let state = &mut self.steps[step];
        if state.state == State::Running {
            state.cost = result.cost_cents;
            state.attempt = result.retries.saturating_add(1);
            self.end(step, result, elapsed_ms, effects);
        }
    }

    fn spend(&mut self, step: usize, cost: Money) {
        self.steps[step].cost = self.steps[step].cost.saturating_add(cost);
    }

    /// Returns the failure as it is kept: skills may have put anything into its fields.
    fn as_kept(&self, mut failure: StepFailure) -> StepFailure {
        let limit = self.options.max_output_bytes;
        if let Some(details) = &mut failure.details {
            canonical::normalize(details);
            // What has no canonical form is noticed when the row is made.
            let size = canonical::to_vec(details).map_or(0, |text| text.len());
            if size > limit {
                *details =
                    json!({ "left_out": format!("{size} bytes of details; at most {limit} are kept") });
            }
        }
        let message = std::mem::take(&mut failure.message);
        failure.message = StepFailure::new(failure.code, message).message;
        failure
    }

    /// Tries a failed attempt again, or ends the step.
    fn failed(&mut self, step: usize, failure: StepFailure, elapsed_ms: u64, effects: &mut Vec<Effect>) {
        let index = StepIndex::from_usize(step);
        let attempt = self.steps[step].attempt;
        let effect = self.steps[step].effect;
        let Some(delay) =
            retry::next_delay(self.descriptor(step), effect, &failure, self.seed(index), attempt)
        else {
            let result = self.failure_result(step, failure);
            return self.end(step, result, elapsed_ms, effects);
        };
        let code = failure.code;
        match (JournalEntry::Failed { attempt, failure }).to_row(index, elapsed_ms) {
            Ok(row) => self.append(row, effects),
            Err(error) => {
                let failure = StepFailure::new(ErrorCode::SerializationError, error.to_string());
                let result = self.failure_result(step, failure);
                return self.end(step, result, elapsed_ms, effects);
            }
        };
        if self.phase == Phase::Running && self.cut.is_none_or(|cut| step < cut) {
            self.steps[step].state = State::Sleeping;
            effects.push(Effect::Sleep {
                step: index,
                delay,
                code,
            });
        } else {
            self.release(step, State::Waiting);
        }
    }

    fn failure_result(&self, step: usize, failure: StepFailure) -> StepResult {
        let status = match self.on_error(step) {
            OnError::Abort | OnError::Continue => StepStatus::Failed,
            OnError::Skip => StepStatus::Skipped,
        };
        StepResult::ended_by(self.descriptor(step).id.clone(), status, failure)
    }

    /// Writes the result of a step down. The step counts as ended at once, or when the row is durable.
    fn end(&mut self, step: usize, result: StepResult, elapsed_ms: u64, effects: &mut Vec<Effect>) {
        self.release(step, State::Ending);
        let (result, row) = self.to_row(step, result, elapsed_ms);
        let write = self.last_write + 1;
        let state = &mut self.steps[step];
        state.row_hash = row.as_ref().map(|row| row.hash);
        state.result = Some(result);
        state.ended_by = write;
        if let Some(row) = row {
            self.append(row, effects);
        }
        let counts_from = match self.options.durability {
            Durability::EveryStep => write,
            Durability::BeforeEffects => 0,
        };
        self.ending.push_back((counts_from, step));
    }

    /// Returns the row of a result, or of the failure that takes its place because it cannot be written or is too large.
    fn to_row(&self, step: usize, result: StepResult, elapsed_ms: u64) -> (StepResult, Option<JournalRow>) {
        let limit = self.options.max_output_bytes;
        let mut result = self.with_totals(step, result);
        for _ in 0..2 {
            let failure = match JournalRow::ended(&result, StepIndex::from_usize(step), elapsed_ms) {
                Ok(row) if row.body.len() <= limit || !result.success => {
                    return (result, Some(row));
                }
                Ok(row) => {
                    let message = format!(
                        "the result has {} bytes; at most {limit} are allowed",
                        row.body.len()
                    );
                    StepFailure::new(ErrorCode::OutputTooLarge, message)
                }
                Err(error) => StepFailure::new(ErrorCode::SerializationError, error.to_string()),
            };
            result = self.with_totals(step, self.failure_result(step, failure));
        }
        // A failure without details always has a row, so that the second round returns.
        (result, None)
    }

    fn with_totals(&self, step: usize, mut result: StepResult) -> StepResult {
        let state = &self.steps[step];
        result.cost_cents = state.cost;
        result.duration_ms = state.duration_ms;
        result.retries = state.attempt.saturating_sub(1);
        result
    }

    /// Lets the steps count as ended that may. A queue instead of recursion: a skipped step can skip ten thousand others.
    pub(super) fn settle_ended(&mut self, elapsed_ms: u64, effects: &mut Vec<Effect>) {
        while let Some((write, step)) = self.ending.front().copied()
            && write <= self.written
        {
            self.ending.pop_front();
            self.settle(step, elapsed_ms, effects);
        }
    }

    /// Lets a step count as ended, and everything that follows from it for others.
    pub(super) fn settle(&mut self, step: usize, elapsed_ms: u64, effects: &mut Vec<Effect>) {
        self.steps[step].state = State::Ended;
        let Some(status) = self.steps[step].result.as_ref().map(|result| result.status) else {
            return;
        };
        if status == StepStatus::Failed && self.on_error(step) == OnError::Abort {
            return self.cut_at(step, effects);
        }
        let dependents = std::mem::take(&mut self.steps[step].dependents);
        for dependent in dependents {
            let state = &mut self.steps[dependent];
            state.n_missing -= 1;
            if state.n_missing == 0 && state.state == State::Waiting {
                self.unblock(dependent, elapsed_ms, effects);
            }
        }
    }

    /// Makes a step whose dependencies have ended ready, or skips it with the one it depends on.
    fn unblock(&mut self, step: usize, elapsed_ms: u64, effects: &mut Vec<Effect>) {
        let depends_on = self.plan.step(StepIndex::from_usize(step)).depends_on();
        let skipped = depends_on.iter().find(|on| {
            self.steps[on.get()]
                .result
                .as_ref()
                .is_some_and(|result| result.status == StepStatus::Skipped)
        });
        match skipped {
            None => self.make_ready(step),
            Some(on) => {
                let skipped = &self.plan.descriptor(*on).id;
                let result = StepResult::skipped_because_of(self.descriptor(step).id.clone(), skipped);
                self.end(step, result, elapsed_ms, effects);
            }
        }
    }

    /// Notes that the run ends at `step`, and cancels what serial execution would not have come to.
    pub(super) fn cut_at(&mut self, step: usize, effects: &mut Vec<Effect>) {
        if self.cut.is_none_or(|cut| step < cut) {
            self.cut = Some(step);
            self.cancel_active(step + 1, true, effects);
        }
    }

    pub(super) fn append(&mut self, row: JournalRow, effects: &mut Vec<Effect>) {
        self.last_write += 1;
        effects.push(Effect::Append {
            write: self.last_write,
            row,
        });
    }
}
