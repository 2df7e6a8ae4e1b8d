//! The emergency stop that all processes on a store see.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::StoreError;
use crate::{AgentId, SkillId, TenantId, Timestamp, WorkflowId};

/// What an emergency stop stops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopScope {
    /// Everything.
    All,
    /// The runs of a tenant's agents.
    Tenant(TenantId),
    /// The runs of an agent.
    Agent(AgentId),
    /// The runs of a workflow.
    Workflow(WorkflowId),
    /// The steps that call a skill.
    Skill(SkillId),
}

/// The text does not name a [`StopScope`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a scope: write `all`, `tenant/ID`, `agent/ID`, `workflow/ID` or `skill/ID`", .0.escape_debug())]
pub struct StopScopeError(
    /// The refused text.
    pub String,
);

impl fmt::Display for StopScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tenant(id) => write!(f, "tenant/{id}"),
            Self::Agent(id) => write!(f, "agent/{id}"),
            Self::Workflow(id) => write!(f, "workflow/{id}"),
            Self::Skill(id) => write!(f, "skill/{id}"),
        }
    }
}

impl FromStr for StopScope {
    type Err = StopScopeError;

    fn from_str(text: &str) -> Result<Self, StopScopeError> {
        let scope = match text.split_once('/') {
            None if text == "all" => Some(Self::All),
            Some(("tenant", id)) => id.parse().ok().map(Self::Tenant),
            Some(("agent", id)) => id.parse().ok().map(Self::Agent),
            Some(("workflow", id)) => id.parse().ok().map(Self::Workflow),
            Some(("skill", id)) => id.parse().ok().map(Self::Skill),
            _ => None,
        };
        scope.ok_or_else(|| StopScopeError(text.into()))
    }
}

impl Serialize for StopScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StopScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// An emergency stop that is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopOrder {
    /// What it stops.
    pub scope: StopScope,
    /// Why.
    pub reason: String,
    /// The change of the switch that turned it on.
    pub generation: u64,
    /// Since when.
    pub since: Timestamp,
}

/// The state of the switch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SwitchState {
    /// Counts the changes of the switch.
    pub generation: u64,
    /// What is stopped, in the order of scopes.
    pub orders: Vec<StopOrder>,
}

/// The emergency stop: stays on until somebody releases it, and every process that uses the store sees it.
///
/// Every change is kept with its reason. Whoever cannot read the switch must take it for on.
#[async_trait]
pub trait StopSwitch: Send + Sync {
    /// Returns what is stopped.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    async fn read(&self) -> Result<SwitchState, StoreError>;

    /// Stops `scope` and returns the new generation; when it is stopped already, nothing changes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the stop is on or not; [`read`](StopSwitch::read) tells which.
    async fn stop(&self, scope: &StopScope, reason: &str) -> Result<u64, StoreError>;

    /// Releases the stop of `scope`, and returns whether it was on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Ambiguous`].
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the stop is on or not; [`read`](StopSwitch::read) tells which.
    async fn release(&self, scope: &StopScope, reason: &str) -> Result<bool, StoreError>;
}
