//! What differs: the one place where a golden that does not match, or is not genuine, is counted, and one that does not match is
//! shown and answered with its exit code.

use aos_golden::{Difference, DifferenceKind};
use serde::Serialize;

use crate::{
    error::CliError,
    exit::Exit,
    program::Context,
    render::{style, units, untrusted},
};

/// How many differences people are shown; programs get all that were collected.
const MAX_SHOWN: usize = 20;

/// What was compared with a golden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// Another golden.
    Golden,
    /// A replay of the golden itself.
    Replay,
}

/// The answer of `aos golden diff` and `aos golden replay`.
#[derive(Debug, Serialize)]
pub(super) struct Comparison<T: Serialize> {
    pub(super) expected: String,
    #[serde(flatten)]
    pub(super) about: T,
    pub(super) equal: bool,
    pub(super) differences: Vec<Difference>,
}

impl<T: Serialize> Comparison<T> {
    pub(super) fn new(expected: String, about: T, differences: Vec<Difference>) -> Self {
        Self {
            expected,
            about,
            equal: differences.is_empty(),
            differences,
        }
    }

    /// Answers with the comparison; `when_equal` says it for people when nothing differs.
    pub(super) fn conclude(
        &self,
        context: &Context,
        compared: Compared,
        when_equal: &str,
    ) -> Result<Exit, CliError> {
        context.output.answer(|| self.text(context, when_equal), self)?;
        if self.equal {
            return Ok(Exit::Ok);
        }
        self.count(context, compared);
        context.output.help(match compared {
            Compared::Golden => {
                "when the change is meant, take the new golden; otherwise look for what changed"
            }
            Compared::Replay => {
                "when the change is meant, record a new golden; otherwise look at the skills and the engine"
            }
        });
        Ok(Exit::Diverged)
    }

    fn count(&self, context: &Context, compared: Compared) {
        let Some(metrics) = context.metrics.read() else {
            return;
        };
        match compared {
            Compared::Golden => metrics.golden_mismatched(),
            Compared::Replay => metrics.replay_failed(),
        }
        let is_drift = |difference: &Difference| difference.kind == DifferenceKind::SeedDrift;
        if self.differences.iter().any(is_drift) {
            metrics.seed_drifted();
        }
    }

    fn text(&self, context: &Context, when_equal: &str) -> String {
        let symbols = &context.output.symbols;
        if self.equal {
            return format!("{} {when_equal}\n", style::paint(style::GOOD, symbols.good));
        }
        let n = self.differences.len();
        let count = units::count(n, "difference");
        let mut text = format!(
            "{} {}: {count}\n",
            style::paint(style::BAD, symbols.bad),
            self.expected
        );
        for difference in self.differences.iter().take(MAX_SHOWN) {
            text.push_str(&format!("  {}\n", untrusted(&difference.to_string())));
        }
        if n > MAX_SHOWN {
            text.push_str(&format!("  and {} more; `-o json` has all\n", n - MAX_SHOWN));
        }
        text
    }
}

/// Returns the error of a golden that cannot be used, and counts it when it is not what was signed, or not one of the workflow
/// that it is replayed with.
pub(super) fn refused(context: &Context, error: impl Into<CliError>) -> CliError {
    let error = error.into();
    if let Some(metrics) = context.metrics.read() {
        match error.exit {
            Exit::Integrity => metrics.golden_mismatched(),
            Exit::Diverged => metrics.replay_failed(),
            _ => {}
        }
    }
    error
}
