//! Performs the effects of a machine with tokio, a store and skills, and feeds the answers back.

mod admission;
mod attempt;
mod perform;
mod replay;
mod trace;
mod watch;
mod writer;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use aos_spec::{
    ErrorCode, RunStatus, StepIndex, WorkflowPlan, WorkflowResult,
    journal::{CorruptRun, JournalEntry, RunError, RunHeader, StoredRun},
    port::{Decision, Lease, RunEvent, RunRequest, RunStart},
};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    task::{JoinSet, coop::consume_budget},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use replay::{Replayed, replay};

use self::{
    perform::Ending,
    watch::StopWatch,
    writer::{Writer, Written},
};
use crate::{
    EngineError,
    engine::Parts,
    identity,
    machine::{Answer, Input, Machine, MachineOptions, Stop},
    presence::ActiveRun,
};

/// Drives one run from its start, or from where it was left, until it has ended or waits.
///
/// Dropping a driver at any await point is like a crash: what the store holds is enough to go on.
pub(crate) struct Driver<'a> {
    parts: &'a Arc<Parts>,
    header: RunHeader,
    machine: Machine,
    /// For each step whether the validator can refuse its inputs.
    guarded: Vec<bool>,
    writer: Writer,
    active: ActiveRun,
    is_resumed: bool,
    /// Attempts that have ended at once.
    ended: VecDeque<AttemptEnd>,
    /// Running attempts, and what cancels them.
    attempts: JoinSet<AttemptEnd>,
    spans: trace::StepSpans,
    cancellations: BTreeMap<StepIndex, CancellationToken>,
    /// Decisions and sleeps that are being waited for.
    waits: FuturesUnordered<BoxFuture<'static, Input>>,
    began: Instant,
    elapsed_before: Duration,
    ending: Option<Ending>,
    /// Asks the policy whether the run must stop; none without a policy, or when it was told to.
    watch: Option<StopWatch>,
    /// Why no step is to be started at all.
    stop: Option<Stop>,
}

/// How an attempt in its own task ended.
pub(crate) struct AttemptEnd {
    step: StepIndex,
    answer: Answer,
    duration: Duration,
}

/// Returns the plan of a stored run.
pub(crate) fn stored_plan(stored: &StoredRun) -> Result<WorkflowPlan, CorruptRun> {
    let header = &stored.checkpoint.header;
    let corrupt = |reason: String| CorruptRun {
        run_id: header.run_id.to_string(),
        reason,
    };
    let spec =
        serde_json::from_str(&header.spec).map_err(|error| corrupt(format!("its workflow: {error}")))?;
    let plan = WorkflowPlan::new(spec).map_err(|problems| {
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        corrupt(format!("its workflow: {}", problems.join("; ")))
    })?;
    if plan.hash() == header.spec_hash {
        Ok(plan)
    } else {
        Err(corrupt("its workflow has another hash".into()))
    }
}

impl<'a> Driver<'a> {
    /// Returns the driver of a run that was just created.
    pub(crate) fn new(
        parts: &'a Arc<Parts>,
        plan: Arc<WorkflowPlan>,
        header: RunHeader,
        lease: Lease,
        active: ActiveRun,
    ) -> Self {
        Self::with_journal(parts, plan, header, lease, active, Vec::new(), None)
    }

    /// Returns the driver of a run that was taken over.
    pub(crate) fn resumed(
        parts: &'a Arc<Parts>,
        plan: Arc<WorkflowPlan>,
        stored: StoredRun,
        lease: Lease,
        active: ActiveRun,
    ) -> Result<Self, EngineError> {
        let header = stored.checkpoint.header;
        let journal = stored
            .journal
            .iter()
            .map(|row| Ok((row.step, JournalEntry::from_row(row, &header.run_id)?, row.hash)))
            .collect::<Result<Vec<_>, CorruptRun>>()?;
        let newest = stored.journal.iter().map(|row| row.elapsed_ms).max().unwrap_or(0);
        let elapsed = Duration::from_millis(newest.max(stored.checkpoint.elapsed_ms));
        Ok(Self::with_journal(
            parts,
            plan,
            header,
            lease,
            active,
            journal,
            Some(elapsed),
        ))
    }

    fn with_journal(
        parts: &'a Arc<Parts>,
        plan: Arc<WorkflowPlan>,
        header: RunHeader,
        lease: Lease,
        active: ActiveRun,
        journal: Vec<(StepIndex, JournalEntry, aos_spec::ContentHash)>,
        elapsed: Option<Duration>,
    ) -> Self {
        let guarded = admission::guarded(&plan, parts);
        let options = MachineOptions {
            run_id: header.run_id.clone(),
            seed: header.seed,
            inputs: header.inputs.clone(),
            effects: identity::effects(&plan, &parts.skills),
            max_parallel: parts.options.max_parallel,
            durability: parts.options.durability,
            max_output_bytes: parts.options.max_output_bytes,
            authorize: parts.policy.is_some() || parts.validator.is_some(),
            refusable: guarded
                .iter()
                .map(|guarded| *guarded || parts.policy.is_some())
                .collect(),
        };
        let watch = parts.policy.as_ref().map(|policy| {
            let (policy, plan) = (Arc::clone(policy), Arc::clone(&plan));
            StopWatch::new(policy, plan, &header, parts.options.poll_interval)
        });
        Self {
            parts,
            watch,
            machine: Machine::new(plan, options, journal),
            guarded,
            writer: Writer::new(Arc::clone(&parts.store), lease),
            header,
            active,
            is_resumed: elapsed.is_some(),
            ended: VecDeque::new(),
            attempts: JoinSet::new(),
            spans: trace::StepSpans::default(),
            cancellations: BTreeMap::new(),
            waits: FuturesUnordered::new(),
            began: Instant::now(),
            elapsed_before: elapsed.unwrap_or_default(),
            ending: None,
            stop: None,
        }
    }

    /// Drives the run until it has ended or waits.
    pub(crate) async fn drive(mut self) -> Result<WorkflowResult, EngineError> {
        let run_id = self.header.run_id.clone();
        let parts = self.parts;
        self.parts.observe(&RunEvent::RunStarted {
            run_id: &run_id,
            workflow_id: &self.header.workflow_id,
            steps_total: self.header.steps_total,
            steps_ended: self.machine.n_ended(),
            resumed: self.is_resumed,
        });
        let span = trace::run(&self.header, self.is_resumed);
        let result = self.drive_to_the_end().instrument(span.clone()).await;
        trace::ended(&span, &run_id, &result);
        match &result {
            Ok(result) => parts.observe(&RunEvent::RunFinished { result }),
            Err(_) => parts.observe(&RunEvent::RunStopped {
                run_id: &run_id,
                status: RunStatus::Running,
            }),
        }
        result
    }

    async fn drive_to_the_end(&mut self) -> Result<WorkflowResult, EngineError> {
        if let Some(recorder) = &self.parts.recorder {
            recorder
                .record_run_start(&RunStart::live(self.header.clone()))
                .await?;
        }
        let stop = self.stop.take().or_else(|| self.rejection());
        let start = self.machine.start(stop, self.elapsed_ms());
        self.perform(start).await?;
        let deadline = self
            .machine
            .plan()
            .spec()
            .timeout_seconds
            .map(aos_spec::workflow::TimeoutSeconds::duration);
        let deadline = deadline.map(|limit| self.began + limit.saturating_sub(self.elapsed_before));
        let mut is_timed = deadline.is_some();
        let mut timer = std::pin::pin!(tokio::time::sleep_until(deadline.unwrap_or(self.began)));
        // Made once: each new one would register itself anew in a list that all runs share.
        let parts = self.parts;
        let mut interrupted = std::pin::pin!(parts.interrupted.cancelled());
        let mut is_interruptible = true;
        while !self.machine.is_finished() {
            let input = tokio::select! {
                biased;
                written = self.writer.written(), if self.writer.is_writing() => {
                    let Written { write, rows, duration, outcome } = written;
                    self.parts.observe(&RunEvent::CheckpointSaved {
                        run_id: &self.header.run_id,
                        rows,
                        duration,
                        error: outcome.as_ref().err().map(aos_spec::port::StoreError::class),
                    });
                    outcome?;
                    Input::Written { write }
                }
                Some(joined) = self.attempts.join_next(), if !self.attempts.is_empty() => match joined {
                    Ok(end) => self.attempted(end),
                    // An attempt catches its panics itself and is only aborted with its driver.
                    Err(_) => continue,
                },
                Some(input) = self.waits.next(), if !self.waits.is_empty() => {
                    self.observe_denial(&input);
                    input
                }
                Some(request) = self.active.requests.recv() => Input::Stop(stop_on(request)),
                stop = stopped(&mut self.watch, &self.cancellations), if self.watch.is_some() => {
                    self.watch = None;
                    Input::Stop(stop)
                }
                () = &mut interrupted, if is_interruptible => {
                    is_interruptible = false;
                    Input::Stop(Stop { status: RunStatus::Paused, error: None, cancel_attempts: true })
                }
                () = &mut timer, if is_timed => {
                    is_timed = false;
                    let error = RunError::new(ErrorCode::Timeout, "the time limit of the run passed");
                    Input::Stop(Stop { status: RunStatus::Timeout, error: Some(error), cancel_attempts: true })
                }
                // Last, and giving way now and then, so that a run of quick steps does not keep everything else waiting.
                () = consume_budget(), if !self.ended.is_empty() => match self.ended.pop_front() {
                    Some(end) => self.attempted(end),
                    None => continue,
                },
            };
            let effects = self.machine.handle(input, self.elapsed_ms());
            self.perform(effects).await?;
        }
        self.finish().await
    }

    /// Returns the driver of a run that is to be left in another state without starting a step.
    pub(crate) fn stopped_by(mut self, stop: Stop) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Returns the stop of a plan that the validator refuses. One that was accepted when the run was created is not judged
    /// again: the verdict is kept beside the hash of the plan.
    fn rejection(&self) -> Option<Stop> {
        let validator = self.parts.validator.as_ref()?;
        if self.header.validator_hash.is_some() {
            return None;
        }
        let plan = self.machine.plan();
        let rejection = validator.validate_plan(plan, &self.parts.skills).err()?;
        self.parts.observe(&RunEvent::Rejected {
            run_id: &self.header.run_id,
            findings: rejection.findings(),
        });
        let denial = admission::denial_of(&rejection, plan, validator.as_ref());
        let error = RunError::new(denial.code, denial.message).with_details(denial.details);
        Some(Stop {
            status: denial.status,
            error: Some(error),
            cancel_attempts: true,
        })
    }

    fn elapsed_ms(&self) -> u64 {
        let elapsed = self.elapsed_before + self.began.elapsed();
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
    }

    fn attempted(&mut self, end: AttemptEnd) -> Input {
        self.cancellations.remove(&end.step);
        self.observe_attempt(&end);
        Input::Attempted {
            step: end.step,
            answer: end.answer,
            duration: end.duration,
        }
    }

    fn observe_denial(&self, input: &Input) {
        if let Input::Decided {
            step,
            decision: Decision::Deny(denial),
        } = input
        {
            let step_id = &self.machine.plan().descriptor(*step).id;
            self.parts.observe(&RunEvent::Denied {
                run_id: &self.header.run_id,
                step_id,
                code: denial.code,
            });
        }
    }

    fn observe_attempt(&self, end: &AttemptEnd) {
        let descriptor = self.machine.plan().descriptor(end.step);
        let (cost, error_code) = match &end.answer {
            Answer::Skill(Ok(output)) => (output.cost, None),
            Answer::Skill(Err(failure)) => (failure.cost, Some(failure.code)),
            Answer::Cancelled => (aos_spec::Money::ZERO, Some(ErrorCode::Cancelled)),
        };
        self.parts.observe(&RunEvent::AttemptFinished {
            run_id: &self.header.run_id,
            step_id: &descriptor.id,
            skill_id: &descriptor.skill_id,
            attempt: self.machine.attempt(end.step),
            duration: end.duration,
            cost,
            error_code,
        });
    }
}

fn stop_on(request: RunRequest) -> Stop {
    match request {
        RunRequest::Pause => Stop {
            status: RunStatus::Paused,
            error: None,
            cancel_attempts: false,
        },
        RunRequest::Cancel => {
            let error = RunError::new(ErrorCode::Cancelled, "cancelled on request");
            Stop {
                status: RunStatus::Cancelled,
                error: Some(error),
                cancel_attempts: true,
            }
        }
    }
}

/// Waits until the policy wants the run to stop; forever when nobody asks it.
async fn stopped(watch: &mut Option<StopWatch>, attempts: &BTreeMap<StepIndex, CancellationToken>) -> Stop {
    match watch {
        Some(watch) => watch.stopped(attempts).await,
        None => std::future::pending().await,
    }
}
