//! Colours and symbols. Each symbol has an ASCII twin; colours are stripped where they are not wanted.

use std::{env, fmt};

use anstyle::{AnsiColor, Effects, Style};
use aos_spec::{RunStatus, StepStatus};

/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What waits, or was left out.
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();
/// What matters less.
pub(crate) const FAINT: Style = Style::new().effects(Effects::DIMMED);
/// What matters most.
pub(crate) const STRONG: Style = Style::new().effects(Effects::BOLD);
/// The heading of a table.
pub(crate) const HEADING: Style = Style::new().effects(Effects::BOLD);
/// Advice on what to do next.
pub(crate) const HELP: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);
/// The word that opens an error.
pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);

/// Returns `text` in `style`.
pub(crate) fn paint(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns the colour of a run in this state.
pub(crate) const fn of_run(status: RunStatus) -> Style {
    match status {
        RunStatus::Completed => GOOD,
        RunStatus::Queued | RunStatus::Running => Style::new(),
        RunStatus::Paused | RunStatus::Suspended => WAITING,
        RunStatus::Failed
        | RunStatus::Aborted
        | RunStatus::Cancelled
        | RunStatus::Timeout
        | RunStatus::BudgetExceeded
        | RunStatus::PolicyViolation
        | RunStatus::SandboxRejected
        | RunStatus::EmergencyStopped => BAD,
    }
}

/// The symbols that open a line or join its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Symbols {
    pub(crate) good: &'static str,
    pub(crate) bad: &'static str,
    pub(crate) skipped: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) dot: &'static str,
    pub(crate) cent: &'static str,
    pub(crate) none: &'static str,
    pub(crate) arrow: &'static str,
    pub(crate) ticks: &'static [&'static str],
}

const UNICODE: Symbols = Symbols {
    good: "✓",
    bad: "✗",
    skipped: "-",
    retry: "↻",
    dot: "·",
    cent: "¢",
    none: "–",
    arrow: "←",
    ticks: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", " "],
};

const ASCII: Symbols = Symbols {
    good: "+",
    bad: "x",
    skipped: "-",
    retry: "~",
    dot: "|",
    cent: "ct",
    none: "-",
    arrow: "<-",
    ticks: &["|", "/", "-", "\\", " "],
};

impl Symbols {
    /// Returns the symbols that the locale of this process can show.
    pub(crate) fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_utf8 = locale.contains("utf-8") || locale.contains("utf8") || cfg!(windows);
        if is_utf8 { UNICODE } else { ASCII }
    }

    /// Returns the coloured symbol of a step that ended like this.
    pub(crate) fn of_step(&self, status: StepStatus) -> String {
        match status {
            StepStatus::Completed => paint(GOOD, self.good),
            StepStatus::Failed => paint(BAD, self.bad),
            StepStatus::Skipped => paint(WAITING, self.skipped),
        }
    }
}
