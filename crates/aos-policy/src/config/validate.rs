//! Rules that contradict themselves or can never be applied.

use aos_spec::Money;

use super::{Limits, PolicyConfig, RateRule, locate::place_of};
use crate::ConfigError;

/// What is wrong with the value at a path.
type Problem = (Vec<String>, String);

impl PolicyConfig {
    /// Refuses rules that cannot be meant; `text` is what they were read from.
    pub(super) fn validate(&self, text: &str) -> Result<(), ConfigError> {
        let Some((path, message)) = self.problem() else {
            return Ok(());
        };
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        let (line, column) = place_of(text, &segments);
        Err(ConfigError::Invalid {
            line,
            column,
            message: format!("`{}`: {message}", path.join(".")),
        })
    }

    fn problem(&self) -> Option<Problem> {
        let at = |path: &[&str]| path.iter().map(ToString::to_string).collect::<Vec<_>>();
        if let (Some(step), Some(run)) = (self.step_ceiling_cents, self.workflow_ceiling_cents)
            && step > run
        {
            let message = format!("one step could cost {step} cents, more than the {run} of a whole run");
            return Some((at(&["step_ceiling_cents"]), message));
        }
        if let Some(skill) = self
            .skills
            .allow
            .as_ref()
            .and_then(|allow| allow.intersection(&self.skills.deny).next())
        {
            let message = format!("`{skill}` is in `skills.allow` too");
            return Some((at(&["skills", "deny"]), message));
        }
        let mut limits = vec![(at(&["agent_defaults"]), self.agent_defaults.limits())];
        limits.extend(
            self.agents
                .iter()
                .map(|(id, rules)| (at(&["agents", id.as_str()]), rules.limits())),
        );
        limits.extend(
            self.tenants
                .iter()
                .map(|(id, rules)| (at(&["tenants", id.as_str()]), rules.limits())),
        );
        limits.extend(
            self.workflows
                .iter()
                .map(|(id, rules)| (at(&["workflows", id.as_str()]), rules.limits())),
        );
        let limits = limits
            .into_iter()
            .find_map(|(path, limits)| contradiction(path, &limits));
        let agents = self.agents.iter().find_map(|(id, rules)| {
            let tenant = rules.tenant.as_ref()?;
            let message = format!("there is no `[tenants.{tenant}]`");
            (!self.tenants.contains_key(tenant)).then(|| (at(&["agents", id.as_str(), "tenant"]), message))
        });
        let rates = self.rate_limits.iter().enumerate();
        let mut rates = rates.filter_map(|(number, rule)| {
            let (field, message) = rule.problem()?;
            Some((at(&["rate_limits", &number.to_string(), field]), message))
        });
        limits.or(agents).or_else(|| rates.next())
    }
}

/// Returns the limit that can never be reached because one over a longer time is lower.
fn contradiction(mut path: Vec<String>, limits: &Limits) -> Option<Problem> {
    let above =
        |shorter: Option<Money>, longer: Option<Money>| shorter.zip(longer).is_some_and(|(a, b)| a > b);
    let (field, longer) = if above(limits.daily_cents, limits.monthly_cents) {
        ("daily_cents", "monthly_cents")
    } else if above(limits.daily_cents, limits.total_cents) {
        ("daily_cents", "total_cents")
    } else if above(limits.monthly_cents, limits.total_cents) {
        ("monthly_cents", "total_cents")
    } else {
        return None;
    };
    path.push(field.into());
    Some((
        path,
        format!("it can never be reached, because `{longer}` is lower"),
    ))
}

impl RateRule {
    fn problem(&self) -> Option<(&'static str, String)> {
        let scopes = [&self.skill, &self.agent, &self.workflow];
        if scopes.iter().filter(|scope| scope.is_some()).count() != 1 {
            return Some(("", "give exactly one of `skill`, `agent` and `workflow`".into()));
        }
        let positive = [
            ("requests", self.requests),
            ("per_seconds", self.per_seconds),
            ("burst", self.burst),
        ];
        if let Some((field, _)) = positive.into_iter().find(|(_, number)| *number == 0) {
            return Some((field, "it must be at least 1".into()));
        }
        if self.requests / self.per_seconds >= 1_000_000 {
            return Some(("requests", "it must be below a million in a second".into()));
        }
        None
    }
}
