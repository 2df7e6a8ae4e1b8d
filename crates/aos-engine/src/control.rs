//! What operators do to runs: cancel, pause, settle.

use std::sync::Arc;

use aos_spec::{
    ErrorCode, OnError, RunId, RunStatus, StepFailure, StepId, StepIndex, StepResult, StepStatus,
    WorkflowPlan, WorkflowResult,
    journal::{JournalEntry, JournalRow, RowKind, RunError, StoredRun},
    port::{Lease, RunRequest},
};
use serde_json::Value;

use crate::{
    EngineError, WorkflowEngine,
    again::known,
    driver::{self, Driver},
    machine::Stop,
    presence::ActiveRun,
};

/// What became of a request to pause or cancel a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Requested {
    /// A living engine executes the run and will act on the request within about a second.
    OfOwner,
    /// Nobody was executing the run; it is done.
    Done(Box<WorkflowResult>),
}

/// A person's decision about a step whose effect may or may not have happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Settlement {
    /// The effect happened, with this output.
    Completed(Value),
    /// The effect did not happen; the step has failed.
    Failed(StepFailure),
    /// The effect did not happen; the step is attempted once more when the run is resumed.
    Repeat,
    /// Nobody can tell: the run is given up.
    Abort,
}

impl WorkflowEngine {
    /// Cancels a run: it ends as `cancelled`, for good.
    ///
    /// # Errors
    ///
    /// [`EngineError::Store`] when there is no such run, or it has ended already.
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the request stands or not; asking again settles it.
    pub async fn cancel(&self, run_id: &RunId) -> Result<Requested, EngineError> {
        let error = RunError::new(ErrorCode::Cancelled, "cancelled on request");
        self.ask(run_id, RunRequest::Cancel, RunStatus::Cancelled, Some(error))
            .await
    }

    /// Pauses a run between two steps. It can be resumed.
    ///
    /// # Errors
    ///
    /// [`EngineError::Store`] when there is no such run, or it has ended already.
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the request stands or not; asking again settles it.
    pub async fn pause(&self, run_id: &RunId) -> Result<Requested, EngineError> {
        self.ask(run_id, RunRequest::Pause, RunStatus::Paused, None).await
    }

    async fn ask(
        &self,
        run_id: &RunId,
        request: RunRequest,
        status: RunStatus,
        error: Option<RunError>,
    ) -> Result<Requested, EngineError> {
        if known(run_id.as_str(), || self.parts.store.request(run_id, request)).await? {
            return Ok(Requested::OfOwner);
        }
        let active = self.parts.presence.enter(run_id).await?;
        let lease = self.acquire(run_id).await?;
        let stop = Stop {
            status,
            error,
            cancel_attempts: true,
        };
        self.leave(active, lease, stop)
            .await
            .map(|result| Requested::Done(Box::new(result)))
    }

    /// Decides about a step that a crash left unknown, and leaves the run `paused`, or `aborted` when it is given up.
    ///
    /// # Errors
    ///
    /// [`EngineError::NotDue`] when no decision is due on the step; [`EngineError::Store`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the decision stands or not; settling again tells which.
    pub async fn settle(
        &self,
        run_id: &RunId,
        step_id: &StepId,
        settlement: Settlement,
    ) -> Result<WorkflowResult, EngineError> {
        let active = self.parts.presence.enter(run_id).await?;
        // Looked at before the lease is taken, so that a refusal leaves the run as it is.
        let stored = self.load(run_id).await?;
        let plan = driver::stored_plan(&stored)?;
        let due = due_attempt(&stored, &plan, step_id)?;
        let (row, stop) = decision(&stored, &plan, due, settlement)?;
        let lease = self.acquire(run_id).await?;
        // And again under the lease: somebody else may have decided in between.
        let stored = self.load(run_id).await?;
        if due_attempt(&stored, &plan, step_id).is_ok_and(|still| still == due) {
            if let Some(row) = row {
                known(run_id.as_str(), || {
                    self.parts.store.append(&lease, vec![row.clone()])
                })
                .await?;
            }
            return self.leave(active, lease, stop).await;
        }
        self.give_back(&lease, &stored).await?;
        Err(not_due(&stored, step_id, "somebody else has decided"))
    }

    /// Leaves a run that nobody executes in another state.
    async fn leave(
        &self,
        active: ActiveRun,
        lease: Lease,
        stop: Stop,
    ) -> Result<WorkflowResult, EngineError> {
        let stored = self.load(&lease.run_id).await?;
        let plan = Arc::new(driver::stored_plan(&stored)?);
        Driver::resumed(&self.parts, plan, stored, lease, active)?
            .stopped_by(stop)
            .drive()
            .await
    }
}

/// Returns the row that a decision writes, and the state in which it leaves the run.
fn decision(
    stored: &StoredRun,
    plan: &WorkflowPlan,
    (step, attempt): (StepIndex, u32),
    settlement: Settlement,
) -> Result<(Option<JournalRow>, Stop), EngineError> {
    let descriptor = plan.descriptor(step);
    let step_id = descriptor.id.clone();
    let mut stop = Stop {
        status: RunStatus::Paused,
        error: None,
        cancel_attempts: true,
    };
    let entry = match settlement {
        Settlement::Completed(output) => JournalEntry::Ended(StepResult::completed(step_id, output)),
        Settlement::Failed(failure) => {
            let status = match descriptor.on_error {
                OnError::Skip => StepStatus::Skipped,
                OnError::Abort | OnError::Continue => StepStatus::Failed,
            };
            JournalEntry::Ended(StepResult::ended_by(step_id, status, failure))
        }
        Settlement::Repeat => {
            let failure = StepFailure::new(ErrorCode::OutcomeUnknown, "settled: the effect did not happen");
            JournalEntry::Failed { attempt, failure }
        }
        Settlement::Abort => {
            let message = format!("given up because the end of step `{step_id}` is unknown");
            stop.status = RunStatus::Aborted;
            stop.error = Some(RunError::new(ErrorCode::WorkflowAborted, message).at_step(step_id));
            return Ok((None, stop));
        }
    };
    let row = entry.to_row(step, stored.checkpoint.elapsed_ms);
    let row = row.map_err(|error| not_due(stored, &descriptor.id, &error.to_string()))?;
    Ok((Some(row), stop))
}

/// Returns the attempt on which a decision is due: it has begun, nothing is known of its end, and the run goes on.
fn due_attempt(
    stored: &StoredRun,
    plan: &WorkflowPlan,
    step_id: &StepId,
) -> Result<(StepIndex, u32), EngineError> {
    let index = plan.index_of(step_id.as_str());
    let step = index.ok_or_else(|| not_due(stored, step_id, "the workflow has no such step"))?;
    let attempts = |kind| {
        let rows = stored
            .journal
            .iter()
            .filter(move |row| row.step == step && row.kind == kind);
        rows.map(|row| row.attempt).max()
    };
    if attempts(RowKind::Ended).is_some() {
        return Err(not_due(stored, step_id, "the step has ended"));
    }
    match attempts(RowKind::Started) {
        Some(attempt)
            if !stored.checkpoint.status.is_terminal() && attempts(RowKind::Failed) < Some(attempt) =>
        {
            Ok((step, attempt))
        }
        _ => Err(not_due(stored, step_id, "the run does not wait for it")),
    }
}

fn not_due(stored: &StoredRun, step_id: &StepId, reason: &str) -> EngineError {
    EngineError::NotDue {
        run_id: stored.checkpoint.header.run_id.clone(),
        step_id: step_id.clone(),
        reason: reason.into(),
    }
}
