//! What is traced of a run: a span for the run, for each step from its first attempt to its commit, for each attempt, and
//! for each write to the store.
//!
//! Spans hold ids, counts and codes, never inputs, outputs or messages: those may hold secrets. Every span has the id of
//! its run, so that each line of a log names it. Where no subscriber is interested nothing is made and nothing kept.

use std::collections::BTreeMap;

use aos_spec::{ErrorCode, RunId, StepDescriptor, StepIndex, StepResult, WorkflowResult, journal::RunHeader};
use tracing::{Span, debug_span, field, info_span};

use crate::EngineError;

/// The span of a run, from the moment in which this engine takes it up until it lets go.
pub(super) fn run(header: &RunHeader, is_resumed: bool) -> Span {
    info_span!(
        "aos.run",
        run_id = %header.run_id,
        workflow_id = %header.workflow_id,
        seed = %header.seed,
        spec_hash = %header.spec_hash,
        resumed = is_resumed,
        status = field::Empty,
        error_code = field::Empty,
    )
}

/// Notes in the span of a run, and in the log, how the engine lets go of it.
pub(super) fn ended(span: &Span, run_id: &RunId, result: &Result<WorkflowResult, EngineError>) {
    let code = match result {
        Ok(result) => {
            let status = result.status.as_str();
            span.record("status", status);
            tracing::info!(parent: span, status, "the engine let go of the run");
            result.error_code
        }
        Err(error) => {
            // The log may be without spans, and this must say which run it is about.
            tracing::warn!(parent: span, %run_id, error_code = error.code().as_str(), "the run stopped");
            Some(error.code())
        }
    };
    if let Some(code) = code {
        span.record("error_code", code.as_str());
    }
}

/// The span of a write to the store.
pub(super) fn commit(run_id: &RunId, rows: usize) -> Span {
    debug_span!("aos.commit", %run_id, rows)
}

/// The spans of the steps of a run that have begun and not committed.
#[derive(Debug, Default)]
pub(super) struct StepSpans(BTreeMap<StepIndex, Span>);

impl StepSpans {
    /// The span of an attempt, within that of its step.
    pub(super) fn attempt(
        &mut self,
        run_id: &RunId,
        index: StepIndex,
        step: &StepDescriptor,
        attempt: u32,
    ) -> Span {
        // Asked first, so that a run which nobody traces keeps no map.
        if !tracing::span_enabled!(tracing::Level::INFO) {
            return Span::none();
        }
        let of_step = self.0.entry(index).or_insert_with(|| {
            info_span!(
                "aos.step",
                %run_id,
                step_id = %step.id,
                step_index = index.0,
                skill_id = %step.skill_id,
                status = field::Empty,
                error_code = field::Empty,
            )
        });
        info_span!(
            parent: &*of_step,
            "aos.attempt",
            %run_id,
            step_id = %step.id,
            skill_id = %step.skill_id,
            attempt,
            error_code = field::Empty,
        )
    }

    /// Ends the span of a step.
    pub(super) fn committed(&mut self, index: StepIndex, result: &StepResult) {
        if self.0.is_empty() {
            return;
        }
        if let Some(span) = self.0.remove(&index) {
            span.record("status", result.status.as_str());
            if let Some(code) = result.error_code {
                span.record("error_code", code.as_str());
            }
        }
    }
}

/// Notes in the present span, that of an attempt, why the attempt failed.
pub(super) fn failed(code: ErrorCode) {
    Span::current().record("error_code", code.as_str());
    tracing::info!(error_code = code.as_str(), "the attempt failed");
}
