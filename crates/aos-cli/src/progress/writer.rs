//! The thread that shows notices, in the order in which they came.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use super::{bar::Bar, observer::Notice};
use crate::{
    args::ProgressMode,
    error::CliError,
    output::{write_answer, write_aside},
    render::{step_line::StepLines, style, units, untrusted},
};

/// How often the bar moves although nothing happens.
const TICK: Duration = Duration::from_millis(100);

pub(super) struct Writer {
    lines: StepLines,
    shown: Shown,
}

enum Shown {
    Bar(Bar),
    Plain,
    Nothing,
}

impl Writer {
    pub(super) fn new(mode: ProgressMode, lines: StepLines, steps_total: usize) -> Self {
        let shown = match mode {
            ProgressMode::Bar => Shown::Bar(Bar::new(steps_total, &lines.symbols)),
            ProgressMode::Plain | ProgressMode::Auto => Shown::Plain,
            ProgressMode::None => Shown::Nothing,
        };
        Self { lines, shown }
    }

    /// Shows what comes until [`Notice::End`]. When standard output cannot be written the rest is dropped.
    pub(super) fn write_all(mut self, notices: &Receiver<Notice>) -> Result<(), CliError> {
        let mut written = Ok(());
        loop {
            match notices.recv_timeout(TICK) {
                Ok(Notice::End) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Notice::Event(line)) if written.is_ok() => written = write_answer(&line),
                Ok(notice) => self.show(&notice),
                Err(RecvTimeoutError::Timeout) => {
                    if let Shown::Bar(bar) = &self.shown {
                        bar.tick();
                    }
                }
            }
        }
        if let Shown::Bar(bar) = self.shown {
            bar.clear();
        }
        written
    }

    fn show(&mut self, notice: &Notice) {
        if let Shown::Bar(bar) = &mut self.shown {
            bar.follow(notice);
        }
        let line = match notice {
            Notice::Committed(line) => self.lines.draw(line),
            Notice::Retry(step, attempt, code, delay) => {
                let symbol = style::paint(style::WAITING, self.lines.symbols.retry);
                format!(
                    "  {symbol} {step}  attempt {attempt} failed with {code}; again in {}",
                    units::span(*delay)
                )
            }
            Notice::Finding(text) => {
                format!(
                    "  {} {}",
                    style::paint(style::BAD, self.lines.symbols.bad),
                    untrusted(text)
                )
            }
            _ => return,
        };
        match &self.shown {
            Shown::Bar(bar) => bar.print(&line),
            Shown::Plain => write_aside(&(line + "\n")),
            Shown::Nothing => {}
        }
    }
}
