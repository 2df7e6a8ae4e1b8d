//! What a run shows while it goes on: a bar or lines on standard error, events on standard output.
//!
//! The engine reports on the path of every step, so its observer only sends; a thread of its own does the writing.

mod bar;
mod event;
mod observer;
mod writer;

pub(crate) use event::Event;

use std::{
    io::{self, IsTerminal},
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
};

use aos_spec::{WorkflowPlan, port::RunObserver};

use self::{
    observer::{Notice, Reporter},
    writer::Writer,
};
use crate::{
    args::{Format, ProgressMode},
    error::CliError,
    output::Output,
    program::Context,
    render::step_line::StepLines,
};

/// The progress of one run, until [`Progress::finish`].
pub(crate) struct Progress {
    observer: Arc<Reporter>,
    sender: Sender<Notice>,
    writer: JoinHandle<Result<(), CliError>>,
}

impl Progress {
    /// Begins to show a run of `plan`; `None` when nothing is to be shown.
    pub(crate) fn start(context: &Context, plan: &WorkflowPlan) -> Option<Self> {
        let events = context.output.format == Format::Jsonl;
        let mode = match context.progress {
            // The events are the progress.
            ProgressMode::Auto if events => ProgressMode::None,
            ProgressMode::Auto if io::stderr().is_terminal() => ProgressMode::Bar,
            ProgressMode::Auto => ProgressMode::Plain,
            mode => mode,
        };
        if mode == ProgressMode::None && !events {
            return None;
        }
        let (sender, receiver) = mpsc::channel();
        let writer = Writer::new(mode, step_lines(&context.output, plan), plan.len());
        Some(Self {
            observer: Arc::new(Reporter::new(sender.clone(), mode != ProgressMode::None, events)),
            sender,
            writer: thread::spawn(move || writer.write_all(&receiver)),
        })
    }

    /// Returns what the engine reports to.
    pub(crate) fn observer(&self) -> Arc<dyn RunObserver> {
        self.observer.clone()
    }

    /// Waits until everything that was reported is shown.
    pub(crate) fn finish(self) -> Result<(), CliError> {
        // The engine may still hold the observer, so the channel does not close by itself.
        let _ = self.sender.send(Notice::End);
        self.writer.join().unwrap_or(Ok(()))
    }
}

/// Returns the form of the lines for the steps of `plan`.
pub(crate) fn step_lines(output: &Output, plan: &WorkflowPlan) -> StepLines {
    StepLines::new(
        output.symbols,
        plan.spec().steps.iter().map(|step| (&step.id, &step.skill_id)),
    )
}
