//! One line per step that ended: what `aos run` shows as it goes on, and `aos runs watch` afterwards.

use std::time::Duration;

use aos_spec::{ErrorCode, Money, SkillId, StepId, StepResult, StepStatus};

use super::{style, units, untrusted};

/// How wide a column of names may become.
const WIDEST: usize = 28;

/// What a line tells about a step.
#[derive(Debug, Clone)]
pub(crate) struct StepLine {
    pub(crate) step_id: StepId,
    pub(crate) skill_id: SkillId,
    status: StepStatus,
    duration: Duration,
    cost: Money,
    retries: u32,
    failure: Option<(Option<ErrorCode>, String)>,
}

impl StepLine {
    pub(crate) fn new(skill_id: SkillId, result: &StepResult) -> Self {
        Self {
            step_id: result.step_id.clone(),
            skill_id,
            status: result.status,
            duration: Duration::from_millis(result.duration_ms),
            cost: result.cost_cents,
            retries: result.retries,
            failure: result.error.clone().map(|message| (result.error_code, message)),
        }
    }
}

/// Draws [`StepLine`]s so that they line up.
#[derive(Debug, Clone)]
pub(crate) struct StepLines {
    pub(crate) symbols: style::Symbols,
    step_width: usize,
    skill_width: usize,
}

impl StepLines {
    /// Returns lines for steps with these ids and skills.
    pub(crate) fn new<'a>(
        symbols: style::Symbols,
        steps: impl IntoIterator<Item = (&'a StepId, &'a SkillId)>,
    ) -> Self {
        let (mut step_width, mut skill_width) = (0, 0);
        for (step, skill) in steps {
            step_width = step_width.max(step.as_str().len());
            skill_width = skill_width.max(skill.as_str().len());
        }
        Self {
            symbols,
            step_width: step_width.min(WIDEST),
            skill_width: skill_width.min(WIDEST),
        }
    }

    /// Returns the line without a newline.
    pub(crate) fn draw(&self, line: &StepLine) -> String {
        let mut parts = vec![format!(
            "  {} {:step$}  {:skill$}",
            self.symbols.of_step(line.status),
            line.step_id,
            line.skill_id,
            step = self.step_width,
            skill = self.skill_width
        )];
        if line.status == StepStatus::Skipped {
            parts.push(style::paint(style::WAITING, "skipped"));
        } else {
            parts.push(format!("{:>8}", units::span(line.duration)));
        }
        if !line.cost.is_zero() {
            parts.push(units::cents(line.cost, &self.symbols));
        }
        if line.retries > 0 {
            let retries = if line.retries == 1 { "retry" } else { "retries" };
            parts.push(format!("{} {retries}", line.retries));
        }
        if let Some((code, message)) = &line.failure {
            if let Some(code) = code {
                parts.push(style::paint(style::BAD, code));
            }
            parts.push(untrusted(message.lines().next().unwrap_or_default()));
        }
        parts.join("  ")
    }
}
