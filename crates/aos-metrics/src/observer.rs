//! What each event of a run moves.

use std::time::Duration;

use aos_spec::{
    ErrorCode, RunStatus, WorkflowResult,
    failure::ErrorClass,
    port::{RunEvent, RunObserver},
};

use crate::{Metrics, core::Inner};

impl RunObserver for Metrics {
    fn observe(&self, event: &RunEvent<'_>) {
        let inner = self.inner();
        let handles = &inner.handles;
        match event {
            RunEvent::RunStarted { run_id, resumed, .. } => {
                inner.running.started(run_id, inner.clock.now());
                if *resumed {
                    handles.resumes.increment(1);
                }
            }
            RunEvent::Rejected { findings, .. } => {
                let forbidden = findings
                    .iter()
                    .filter_map(|finding| finding.forbidden_skill.as_deref());
                self.sandbox_rejected(forbidden);
            }
            // What the validator denies comes as `Rejected` too.
            RunEvent::Denied {
                code: ErrorCode::SandboxRejection,
                ..
            } => {}
            RunEvent::Denied { code, .. } => handles.denials.increment(*code),
            RunEvent::AttemptFinished {
                skill_id,
                duration,
                cost,
                ..
            } => {
                handles
                    .step_duration
                    .record(&inner.recorder, skill_id, duration.as_secs_f64());
                handles.cost.add(*cost);
            }
            RunEvent::RetryScheduled { error_code, .. } => handles.retries.increment(*error_code),
            RunEvent::StepCommitted { result, .. } => {
                inner
                    .step_costs
                    .committed(&result.step_id, result.cost_cents, &*inner.clock);
            }
            RunEvent::CheckpointSaved {
                rows,
                duration,
                error,
                ..
            } => saved(inner, *rows, *duration, *error),
            RunEvent::SeedDrift { .. } => self.seed_drifted(),
            RunEvent::RunFinished { result } => finished(inner, result),
            RunEvent::RunStopped { run_id, status } => {
                inner.running.ended(run_id);
                count_run(inner, *status);
            }
            // The start of an attempt moves nothing, and neither does an event that this version does not know.
            _ => {}
        }
    }
}

fn saved(inner: &Inner, rows: usize, duration: Duration, error: Option<ErrorClass>) {
    let handles = &inner.handles;
    match error {
        None => {
            handles.checkpoint_save.record(duration.as_secs_f64());
            if rows > 0 {
                handles
                    .checkpoint_rows
                    .record(f64::from(u32::try_from(rows).unwrap_or(u32::MAX)));
            }
        }
        Some(ErrorClass::Fenced) => handles.leases_lost.increment(1),
        Some(_) => handles.checkpoint_failures.increment(1),
    }
}

/// Counts a run that an engine has let go of.
pub(crate) fn finished(inner: &Inner, result: &WorkflowResult) {
    inner.running.ended(&result.run_id);
    count_run(inner, result.status);
    if result.status == RunStatus::BudgetExceeded {
        inner.handles.budget_exceeded.increment(1);
    }
    if result.status.is_terminal() {
        let duration = Duration::from_millis(result.total_duration_ms);
        inner.handles.run_duration.record(duration.as_secs_f64());
    }
}

fn count_run(inner: &Inner, status: RunStatus) {
    if let Some(counter) = inner.handles.runs.get(&status) {
        counter.increment(1);
    }
}
