//! Budgets, emergency stop, rate limits and idempotency rules: whether a step may execute.
//!
//! [`PolicyEnforcer`] is asked before each attempt. It applies the rules in the order of [`Rule::ORDER`]; the first one that
//! refuses decides, and all that refuse are listed. The rules are written in TOML:
//!
//! ```
//! use aos_policy::PolicyConfig;
//!
//! let config = PolicyConfig::parse(
//!     r#"
//!     step_ceiling_cents = 50
//!     workflow_ceiling_cents = 500
//!
//!     [tenants.acme]
//!     monthly_cents = 100_000
//!
//!     [agents.researcher]
//!     tenant = "acme"
//!     daily_cents = 2000
//!
//!     [[rate_limits]]
//!     skill = "http_call"
//!     requests = 10
//!     per_seconds = 1
//!     "#,
//! )?;
//! assert_eq!(config.step_ceiling_cents.map(|most| most.to_string()), Some("50".into()));
//! # Ok::<(), aos_policy::ConfigError>(())
//! ```
//!
//! What a specification says can only make these rules stricter. [`simulate()`] applies them to a plan before anything of
//! it is executed.
//!
//! Suggested reading order: `config`, `rule`, `check`, `enforcer`, `explain`, `simulate`.

mod builder;
mod check;
mod config;
mod enforcer;
mod error;
mod explain;
mod rule;
mod run_state;
mod simulate;
mod switch_view;
mod tracker;

pub use builder::{EnforcerBuilder, MissingPart};
pub use check::{CheckContext, Hit, PolicyCheckResult, Verdict};
pub use config::{
    AcrossRuns, AgentRules, IdempotencyRules, KeysFor, Limits, PolicyConfig, RateRule, SkillRules,
    TenantRules, WhenLimited, WorkflowRules,
};
pub use enforcer::{EMERGENCY_STOP_VARIABLE, PolicyEnforcer};
pub use error::{BudgetExceededError, BudgetKind, ConfigError, PolicyViolationError, RefusedError};
pub use explain::{Explanation, RuleFinding};
pub use rule::Rule;
pub use simulate::{Certificate, CostBounds, SimulatedStep, Simulation, simulate};
pub use tracker::BudgetTracker;
