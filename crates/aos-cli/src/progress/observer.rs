//! From the engine's reports to notices for the writer: small, owned, and only what is going to be shown.

use std::{sync::mpsc::Sender, time::Duration};

use aos_spec::{
    ErrorCode, Money, StepId,
    port::{RunEvent, RunObserver},
};

use super::event::Event;
use crate::{output, render::step_line::StepLine};

/// Something for the writer to show.
pub(super) enum Notice {
    /// A line of JSON for standard output.
    Event(String),
    /// So many steps were found in the store.
    Found(usize),
    /// An attempt has begun.
    Started(StepId),
    /// An attempt has ended.
    Finished(StepId, Money),
    /// A failed attempt will be tried again.
    Retry(StepId, u32, ErrorCode, Duration),
    /// The sandbox found this.
    Finding(String),
    /// A step has committed.
    Committed(StepLine),
    /// There is nothing more to show.
    End,
}

/// The observer of a run.
pub(super) struct Reporter {
    sender: Sender<Notice>,
    lines: bool,
    events: bool,
}

impl Reporter {
    /// Returns the observer that reports what lines for people and events for programs need.
    pub(super) const fn new(sender: Sender<Notice>, lines: bool, events: bool) -> Self {
        Self {
            sender,
            lines,
            events,
        }
    }

    fn send(&self, notice: Notice) {
        // The writer goes away first only when the program ends.
        let _ = self.sender.send(notice);
    }

    fn report(&self, event: &RunEvent<'_>) {
        match event {
            RunEvent::RunStarted { steps_ended, .. } => self.send(Notice::Found(*steps_ended)),
            RunEvent::Rejected { findings, .. } => {
                for finding in *findings {
                    let place = finding
                        .step_id
                        .as_ref()
                        .map_or_else(String::new, |step| format!("step `{step}` "));
                    let text = format!(
                        "{}: {place}{} {}",
                        finding.rule_id, finding.pointer, finding.message
                    );
                    self.send(Notice::Finding(text));
                }
            }
            RunEvent::AttemptStarted { step_id, .. } => self.send(Notice::Started((*step_id).clone())),
            RunEvent::AttemptFinished { step_id, cost, .. } => {
                self.send(Notice::Finished((*step_id).clone(), *cost));
            }
            RunEvent::RetryScheduled {
                step_id,
                attempt,
                error_code,
                delay,
                ..
            } => {
                self.send(Notice::Retry((*step_id).clone(), *attempt, *error_code, *delay));
            }
            RunEvent::StepCommitted { skill_id, result, .. } => {
                self.send(Notice::Committed(StepLine::new((*skill_id).clone(), result)));
            }
            _ => {}
        }
    }
}

impl RunObserver for Reporter {
    fn observe(&self, event: &RunEvent<'_>) {
        if self.lines {
            self.report(event);
        }
        if self.events
            && let Some(event) = Event::of_engine(event)
            && let Ok(line) = output::line(&event)
        {
            self.send(Notice::Event(line));
        }
    }
}
