//! What a check is asked, and what it answers.

use aos_spec::{
    ContentHash, ErrorCode, Money, RunId, RunStatus, SkillManifest, StepIndex, WorkflowSpec,
    port::{Denial, PolicyRequest},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{BudgetExceededError, BudgetKind, PolicyViolationError, RefusedError, Rule};

/// What is known about a run when one of its steps is checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CheckContext<'a> {
    /// The run.
    pub run_id: &'a RunId,
    /// The workflow.
    pub spec: &'a WorkflowSpec,
    /// The step's position in canonical order.
    pub step_index: StepIndex,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// What all earlier steps and all earlier attempts of this step have cost.
    pub spent: Money,
    /// What the earlier attempts of this step have cost; part of `spent`.
    pub step_spent: Money,
    /// The most that earlier steps which have not ended can still cost; `None` when nothing bounds it.
    pub outstanding: Option<Money>,
    /// What the skill of the step declares about itself.
    pub skill: Option<&'a SkillManifest>,
    /// What identifies the request that the attempt is about to send; only where the step has an idempotency key of its
    /// own and its skill changes something outside.
    pub request_hash: Option<ContentHash>,
    /// The idempotency key that the step has of its own in this run; `None` for the one that is written in the step.
    pub idempotency_key: Option<&'a str>,
}

impl<'a> CheckContext<'a> {
    /// Returns the context of the first attempt of a run's first step.
    #[must_use]
    pub const fn new(run_id: &'a RunId, spec: &'a WorkflowSpec) -> Self {
        Self {
            run_id,
            spec,
            step_index: StepIndex(0),
            attempt: 1,
            spent: Money::ZERO,
            step_spent: Money::ZERO,
            outstanding: Some(Money::ZERO),
            skill: None,
            request_hash: None,
            idempotency_key: None,
        }
    }

    /// Whether all earlier steps have ended, so that what they have cost is known.
    pub(crate) fn is_settled(&self) -> bool {
        self.outstanding == Some(Money::ZERO)
    }
}

impl<'a> From<&PolicyRequest<'a>> for CheckContext<'a> {
    fn from(request: &PolicyRequest<'a>) -> Self {
        Self {
            run_id: request.run_id,
            spec: request.spec,
            step_index: request.step_index,
            attempt: request.attempt,
            spent: request.spent,
            step_spent: request.step_spent,
            outstanding: request.outstanding,
            skill: request.skill,
            request_hash: request.request_hash,
            idempotency_key: request.idempotency_key,
        }
    }
}

/// A rule that refuses a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hit {
    /// The rule.
    pub rule: Rule,
    /// The row of the table of codes.
    pub code: ErrorCode,
    /// The state in which the run ends.
    pub status: RunStatus,
    /// What was refused and why.
    pub message: String,
    /// Which budget has no room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<BudgetKind>,
    /// The most that may be spent.
    #[serde(rename = "limit_cents", skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
    /// What is taken already.
    #[serde(rename = "current_cents", skip_serializing_if = "Option::is_none")]
    pub current: Option<Money>,
    /// What the step asks for.
    #[serde(rename = "requested_cents", skip_serializing_if = "Option::is_none")]
    pub requested: Option<Money>,
}

impl Hit {
    pub(crate) fn violation(rule: Rule, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            rule,
            code,
            status: RunStatus::PolicyViolation,
            message: message.into(),
            kind: None,
            limit: None,
            current: None,
            requested: None,
        }
    }

    pub(crate) fn budget(
        rule: Rule,
        code: ErrorCode,
        kind: BudgetKind,
        (limit, current, requested): (Money, Money, Money),
        whose: &str,
    ) -> Self {
        let message = format!(
            "{whose} has no room: {current} of {limit} cents are taken and {requested} are asked for"
        );
        Self {
            status: RunStatus::BudgetExceeded,
            kind: Some(kind),
            limit: Some(limit),
            current: Some(current),
            requested: Some(requested),
            ..Self::violation(rule, code, message)
        }
    }

    fn error(&self) -> RefusedError {
        match (self.kind, self.limit, self.current, self.requested) {
            (Some(kind), Some(limit), Some(current), Some(requested)) => {
                RefusedError::Budget(BudgetExceededError {
                    kind,
                    limit,
                    current,
                    requested,
                })
            }
            _ => RefusedError::Violation(PolicyViolationError {
                rule: self.rule,
                message: self.message.clone(),
                details: json!(self),
            }),
        }
    }
}

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The attempt may begin.
    Allowed,
    /// The attempt must not begin.
    Denied,
    /// The answer depends on what earlier steps will have cost.
    Undecided,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Undecided => "undecided",
        })
    }
}

/// The answer to a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolicyCheckResult {
    /// What the check comes to.
    pub verdict: Verdict,
    /// The rules that refuse the step, in their order; the first one decides. Rules that take something from others
    /// (budgets and rates) are only asked when no other refuses.
    pub hits: Vec<Hit>,
    /// The hash of the rules.
    pub policy_hash: ContentHash,
}

impl PolicyCheckResult {
    /// Whether the attempt may begin.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// Returns the refusal as an error.
    ///
    /// # Errors
    ///
    /// [`RefusedError`] of the rule that decided.
    pub fn into_result(self) -> Result<(), RefusedError> {
        match self.hits.first() {
            Some(hit) if self.verdict == Verdict::Denied => Err(hit.error()),
            _ => Ok(()),
        }
    }

    /// Says why, one line for each rule.
    #[must_use]
    pub fn explain(&self) -> String {
        let refuses = |rule: Rule| self.hits.iter().find(|hit| hit.rule == rule);
        let lines = Rule::ORDER.iter().map(|rule| match refuses(*rule) {
            Some(hit) => format!("{rule}: refused [{}]: {}", hit.code, hit.message),
            None if rule.takes() && !self.hits.is_empty() => format!("{rule}: not asked"),
            None => format!("{rule}: no objection"),
        });
        let verdict = match self.verdict {
            Verdict::Allowed => "allowed",
            Verdict::Denied => "denied by the first rule that refuses",
            Verdict::Undecided => "undecided until earlier steps have ended",
        };
        let lines: Vec<_> = lines
            .chain([format!("policy {}: {verdict}", self.policy_hash)])
            .collect();
        lines.join("\n")
    }

    /// Returns the denial that this answer means for the run.
    pub(crate) fn denial(&self) -> Option<Denial> {
        let first = self.hits.first()?;
        let mut denial = Denial::new(first.status, first.code, first.message.clone());
        let mut details = json!(first);
        if let Value::Object(details) = &mut details {
            let others: Vec<_> = self.hits.iter().skip(1).collect();
            if !others.is_empty() {
                details.insert("also".into(), json!(others));
            }
            details.insert("policy_hash".into(), json!(self.policy_hash));
        }
        denial.details = Some(details);
        Some(denial)
    }
}
