//! Executes a machine without tokio: the order in which things end, and the moment of a crash, are chosen by a seed.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use aos_engine::{
    Durability,
    machine::{Answer, Effect, Input, Machine, MachineOptions, WriteNumber},
};
use aos_spec::{
    Seed, StepIndex, StepResult, WorkflowResult,
    journal::{JournalEntry, JournalRow, RowKind},
    port::Decision,
};

use crate::{case::Case, fixture, scripted::Ledger};

/// What survives a crash, and what the outside world has seen.
#[derive(Debug)]
pub struct World<'a> {
    case: &'a Case,
    max_parallel: usize,
    durability: Durability,
    choices: Seed,
    n_choices: u64,
    /// The durable rows.
    journal: Vec<JournalRow>,
    /// The calls that have left the engine.
    pub ledger: Ledger,
}

/// How one life of the engine ended.
#[derive(Debug)]
pub enum Life {
    /// The run is over: its result, and the steps in the order in which they were announced as committed.
    Finished(Box<WorkflowResult>, Vec<StepResult>),
    /// The engine crashed after the wanted number of effects.
    Crashed,
}

/// What has been begun and not yet answered.
#[derive(Clone, Copy)]
enum Open {
    Authorize(StepIndex),
    Attempt(StepIndex, u32),
    Sleep(StepIndex),
}

/// A write that has been asked for and is not durable yet; `None` is the end of the run.
type QueuedWrite = (WriteNumber, Option<JournalRow>);

impl<'a> World<'a> {
    /// Returns a world in which nothing has happened; `choices` decides everything that is left to chance.
    #[must_use]
    pub fn new(case: &'a Case, max_parallel: usize, durability: Durability, choices: Seed) -> Self {
        Self {
            case,
            max_parallel,
            durability,
            choices,
            n_choices: 0,
            journal: Vec::new(),
            ledger: Ledger::default(),
        }
    }

    /// Runs the engine until the run is over, or until it has performed `crash_after` effects.
    ///
    /// # Panics
    ///
    /// When the engine breaks a promise: when it invokes a skill with outside effects before what the step depends on is
    /// durable, exceeds its parallelism, or waits for nothing.
    pub fn live(&mut self, crash_after: Option<usize>) -> Life {
        let mut machine = self.machine();
        let mut budget = crash_after.unwrap_or(usize::MAX);
        let mut open = Vec::new();
        let mut writes: VecDeque<QueuedWrite> = VecDeque::new();
        let mut committed = Vec::new();
        let mut end = None;
        let mut effects = machine.start(None, 0);
        loop {
            for effect in effects {
                if budget == 0 {
                    self.crash(writes);
                    return Life::Crashed;
                }
                budget -= 1;
                match effect {
                    Effect::Authorize { step, .. } => open.push(Open::Authorize(step)),
                    Effect::Invoke { step, attempt } => {
                        self.check_output_commit(step);
                        self.ledger.note(&self.case.plan.descriptor(step).id, attempt);
                        open.push(Open::Attempt(step, attempt));
                    }
                    Effect::Sleep { step, .. } => open.push(Open::Sleep(step)),
                    Effect::Cancel { step } => open.retain(|open| match open {
                        Open::Authorize(other) | Open::Sleep(other) => *other != step,
                        Open::Attempt(..) => true,
                    }),
                    Effect::Append { write, row } => writes.push_back((write, Some(row))),
                    Effect::Committed { step } => {
                        assert_eq!(step.get(), committed.len(), "commits come in canonical order");
                        committed.push(
                            machine
                                .result(step)
                                .expect("a committed step has a result")
                                .clone(),
                        );
                    }
                    Effect::Save {
                        write,
                        status,
                        next_step_index,
                        last_result_hash,
                        error,
                    } => {
                        end = Some((status, next_step_index, last_result_hash, error));
                        writes.push_back((write, None));
                    }
                    Effect::Finish => {
                        let (status, next, hash, error) = end.expect("a finished run was saved");
                        assert_eq!(next.get(), committed.len(), "every committed step was announced");
                        let header = fixture::header(self.case);
                        let steps = committed.clone();
                        let result = WorkflowResult::new(&header, status, steps, error.as_ref(), 0, hash);
                        return Life::Finished(Box::new(result), committed);
                    }
                }
                let n_attempts = open
                    .iter()
                    .filter(|open| matches!(open, Open::Attempt(..)))
                    .count();
                assert!(
                    n_attempts <= self.max_parallel,
                    "{n_attempts} attempts run at the same time"
                );
            }
            let n_choices = open.len() + usize::from(!writes.is_empty());
            assert!(n_choices > 0, "the engine waits for nothing");
            let choice = self.choose(n_choices);
            let input = if choice < open.len() {
                self.answer(&machine, open.swap_remove(choice))
            } else {
                let (write, row) = writes.pop_front().expect("there is a write");
                self.journal.extend(row);
                Input::Written { write }
            };
            effects = machine.handle(input, 0);
        }
    }

    fn machine(&self) -> Machine {
        let options = MachineOptions {
            run_id: fixture::run_id(),
            seed: self.case.seed,
            inputs: serde_json::Map::new(),
            effects: self.case.effects(),
            max_parallel: self.max_parallel,
            durability: self.durability,
            max_output_bytes: 1 << 20,
            authorize: self.choices.0.is_multiple_of(2),
            refusable: (0..self.case.plan.len())
                .map(|step| self.choices.0.rotate_right(1 + step as u32) & 1 == 1)
                .collect(),
        };
        let mut rows: Vec<_> = self.journal.iter().collect();
        rows.sort_by_key(|row| (row.step, row.kind, row.attempt));
        let entries = rows.into_iter().map(|row| {
            let entry = JournalEntry::from_row(row, &options.run_id).expect("the simulator keeps rows whole");
            (row.step, entry, row.hash)
        });
        Machine::new(
            Arc::clone(&self.case.plan),
            options.clone(),
            entries.collect::<Vec<_>>(),
        )
    }

    fn answer(&self, machine: &Machine, open: Open) -> Input {
        match open {
            Open::Authorize(step) => Input::Decided {
                step,
                decision: Decision::Allow,
            },
            Open::Sleep(step) => Input::Woken { step },
            Open::Attempt(step, attempt) => {
                let id = &self.case.plan.descriptor(step).id;
                let answer = match machine.resolve_inputs(step) {
                    Ok(inputs) => self.case.answer(id, attempt, machine.seed(step), &inputs),
                    Err(error) => Err(aos_spec::StepFailure::new(
                        aos_spec::ErrorCode::InvalidReference,
                        error.to_string(),
                    )),
                };
                Input::Attempted {
                    step,
                    answer: Answer::Skill(answer),
                    duration: Duration::ZERO,
                }
            }
        }
    }

    /// Some of the writes that were asked for may have become durable although nobody was told.
    fn crash(&mut self, writes: VecDeque<QueuedWrite>) {
        let n_durable = self.choose(writes.len() + 1);
        self.journal
            .extend(writes.into_iter().take(n_durable).filter_map(|(_, row)| row));
    }

    /// Output commit: before an effect leaves the process, everything that it depends on is durable.
    fn check_output_commit(&self, step: StepIndex) {
        let effect = self.case.effect(step);
        if !effect.is_outside() {
            return;
        }
        let is_durable = |step, kind| {
            self.journal
                .iter()
                .any(|row| row.step == step && row.kind == kind)
        };
        for on in self.case.plan.step(step).depends_on() {
            assert!(
                is_durable(*on, RowKind::Ended),
                "step {step} left before {on} was durable"
            );
        }
        if effect == aos_spec::Effect::Once {
            assert!(
                is_durable(step, RowKind::Started),
                "step {step} began without a start record"
            );
        }
    }

    fn choose(&mut self, n: usize) -> usize {
        self.n_choices += 1;
        let number = self.choices.stream("choice", self.n_choices).0;
        usize::try_from(number % n as u64).unwrap_or(0)
    }
}
