//! The bar on a terminal: how many steps have ended, which are running, for how long, at what cost.

use std::{collections::BTreeSet, io};

use aos_spec::{Money, StepId};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::observer::Notice;
use crate::render::{
    style::Symbols,
    units::{self},
};

/// How many running steps the bar names.
const MAX_NAMED: usize = 3;

pub(super) struct Bar {
    bar: ProgressBar,
    symbols: Symbols,
    running: BTreeSet<StepId>,
    cost: Money,
}

impl Bar {
    pub(super) fn new(steps_total: usize, symbols: &Symbols) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps_total as u64), ProgressDrawTarget::stderr());
        // The template is a constant, so the fallback is never seen.
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} steps  {elapsed}  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.tick_strings(symbols.ticks));
        Self {
            bar,
            symbols: *symbols,
            running: BTreeSet::new(),
            cost: Money::ZERO,
        }
    }

    /// Takes notice of what changes the bar.
    pub(super) fn follow(&mut self, notice: &Notice) {
        match notice {
            Notice::Found(steps) => self.bar.set_position(*steps as u64),
            Notice::Started(step) => {
                self.running.insert(step.clone());
            }
            Notice::Finished(step, cost) => {
                self.running.remove(step);
                self.cost = self.cost.saturating_add(*cost);
            }
            Notice::Committed(_) => self.bar.inc(1),
            Notice::Event(_) | Notice::Retry(..) | Notice::Finding(_) | Notice::End => return,
        }
        self.bar.set_message(self.message());
    }

    fn message(&self) -> String {
        let names: Vec<_> = self.running.iter().take(MAX_NAMED).map(StepId::as_str).collect();
        let mut message = names.join(", ");
        if self.running.len() > MAX_NAMED {
            message.push_str(&format!(" and {} more", self.running.len() - MAX_NAMED));
        }
        if !self.cost.is_zero() {
            message.push_str(&format!("  {}", units::cents(self.cost, &self.symbols)));
        }
        message
    }

    pub(super) fn tick(&self) {
        self.bar.tick();
    }

    /// Prints `line` above the bar.
    pub(super) fn print(&self, line: &str) {
        let choice = anstream::AutoStream::choice(&io::stderr());
        if choice == anstream::ColorChoice::Never {
            self.bar.println(anstream::adapter::strip_str(line).to_string());
        } else {
            self.bar.println(line);
        }
    }

    /// Removes the bar; the lines above it stay.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
