//! Checking that lines are a whole golden: start, steps without gaps, end.

use std::{
    collections::BTreeSet,
    io::{self, Read},
};

use aos_spec::{ContentHash, StepId};

use crate::{
    error::Damage,
    event::{EventKind, EventLine, GoldenEvent, RunEndEvent, RunStartEvent},
    line::LineReader,
};

/// What is kept of a golden that was gone through.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) start: RunStartEvent,
    pub(crate) step_ids: Vec<StepId>,
    pub(crate) end: RunEndEvent,
}

/// Goes through all `lines` up to the first damage.
pub(crate) fn check_contents<R: Read>(lines: &mut LineReader<R>) -> io::Result<Result<Contents, Damage>> {
    let mut checker = Checker::default();
    loop {
        let number = lines.n_lines() + 1;
        let Some(line) = lines.next_line()? else {
            return Ok(checker.finish());
        };
        if let Err(damage) = line.and_then(|line| checker.accept(line, number)) {
            return Ok(Err(damage));
        }
    }
}

#[derive(Default)]
struct Checker {
    start: Option<RunStartEvent>,
    step_ids: Vec<StepId>,
    seen: BTreeSet<StepId>,
    end: Option<RunEndEvent>,
}

impl Checker {
    fn accept(&mut self, text: &[u8], line: usize) -> Result<(), Damage> {
        let event = EventLine::new(text, line)?;
        if self.end.is_some() {
            return Err(Damage::AfterEnd { line });
        }
        let kind = event.kind()?;
        if (self.start.is_none()) != (kind == EventKind::RunStart) {
            return Err(match self.start {
                None => Damage::NoStart,
                Some(_) => Damage::MalformedEvent {
                    line,
                    reason: "a second `run_start`".into(),
                },
            });
        }
        if kind == EventKind::Step {
            return self.accept_step(&event, line);
        }
        match event.event()? {
            GoldenEvent::RunStart(start) => {
                if !start.hides_spec() && ContentHash::of(&start.spec).ok() != Some(start.spec_hash) {
                    return Err(Damage::SpecHash);
                }
                self.start = Some(start);
            }
            GoldenEvent::RunEnd(end) => self.end = Some(end),
            GoldenEvent::Step(_) => {}
        }
        Ok(())
    }

    fn accept_step(&mut self, event: &EventLine<'_>, line: usize) -> Result<(), Damage> {
        let step = event.step_outline()?;
        let (expected, found) = (self.step_ids.len(), step.index.get());
        if found != expected {
            return Err(Damage::StepOrder {
                line,
                expected,
                found,
            });
        }
        if !self.seen.insert(step.step_id.clone()) {
            return Err(Damage::DuplicateStep {
                line,
                step_id: step.step_id,
            });
        }
        self.step_ids.push(step.step_id);
        Ok(())
    }

    fn finish(self) -> Result<Contents, Damage> {
        Ok(Contents {
            start: self.start.ok_or(Damage::NoStart)?,
            step_ids: self.step_ids,
            end: self.end.ok_or(Damage::NoEnd)?,
        })
    }
}
