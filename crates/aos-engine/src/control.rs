//! What operators do to runs: cancel, pause, settle.

use std::sync::Arc;

use aos_spec::{
    ErrorCode, OnError, RunId, RunStatus, StepFailure, StepId, StepIndex, StepResult, StepStatus,
    WorkflowPlan, WorkflowResult,
    journal::{JournalEntry, RowKind, RunError, StoredRun},
    port::{Lease, RunRequest},
};
use serde_json::Value;

use crate::{
    EngineError, WorkflowEngine,
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
        if self.parts.store.request(run_id, request).await? {
            return Ok(Requested::OfOwner);
        }
        let active = self.parts.presence.enter(run_id).await?;
        let lease = self
            .parts
            .store
            .acquire(run_id, self.parts.presence.worker())
            .await?;
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
        let step = due_step(&stored, &plan, step_id)?;
        let lease = self
            .parts
            .store
            .acquire(run_id, self.parts.presence.worker())
            .await?;
        let mut stop = Stop {
            status: RunStatus::Paused,
            error: None,
            cancel_attempts: true,
        };
        let result = match settlement {
            Settlement::Completed(output) => StepResult::completed(step_id.clone(), output),
            Settlement::Failed(failure) => {
                let skips = plan.descriptor(step).on_error == OnError::Skip;
                let status = if skips {
                    StepStatus::Skipped
                } else {
                    StepStatus::Failed
                };
                StepResult::ended_by(step_id.clone(), status, failure)
            }
            Settlement::Abort => {
                let message = format!("given up because the end of step `{step_id}` is unknown");
                stop.status = RunStatus::Aborted;
                stop.error =
                    Some(RunError::new(ErrorCode::WorkflowAborted, message).at_step(step_id.clone()));
                return self.leave(active, lease, stop).await;
            }
        };
        let row = JournalEntry::Ended(result).to_row(step, stored.checkpoint.elapsed_ms);
        let row = row.map_err(|error| not_due(&stored, step_id, &error.to_string()))?;
        self.parts.store.append(&lease, vec![row]).await?;
        self.leave(active, lease, stop).await
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

/// Returns the step on which a decision is due.
fn due_step(stored: &StoredRun, plan: &WorkflowPlan, step_id: &StepId) -> Result<StepIndex, EngineError> {
    let index = plan.index_of(step_id.as_str());
    let step = index.ok_or_else(|| not_due(stored, step_id, "the workflow has no such step"))?;
    let has = |kind| {
        stored
            .journal
            .iter()
            .any(|row| row.step == step && row.kind == kind)
    };
    if has(RowKind::Ended) {
        return Err(not_due(stored, step_id, "the step has ended"));
    }
    if !has(RowKind::Started) || stored.checkpoint.status != RunStatus::Suspended {
        return Err(not_due(stored, step_id, "the run is not suspended because of it"));
    }
    Ok(step)
}

fn not_due(stored: &StoredRun, step_id: &StepId, reason: &str) -> EngineError {
    EngineError::NotDue {
        run_id: stored.checkpoint.header.run_id.clone(),
        step_id: step_id.clone(),
        reason: reason.into(),
    }
}
