//! Whose money it is, and over what time it is counted.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{AgentId, TenantId, Timestamp, WorkflowId};

/// Whose money a run spends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// A tenant's, shared by its agents.
    Tenant(TenantId),
    /// An agent's, shared by all its runs.
    Agent(AgentId),
    /// A workflow's, shared by all its runs.
    Workflow(WorkflowId),
}

/// The text does not name an [`Account`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an account: write `tenant/ID`, `agent/ID` or `workflow/ID`", .0.escape_debug())]
pub struct AccountError(
    /// The refused text.
    pub String,
);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant(id) => write!(f, "tenant/{id}"),
            Self::Agent(id) => write!(f, "agent/{id}"),
            Self::Workflow(id) => write!(f, "workflow/{id}"),
        }
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let account = match text.split_once('/') {
            Some(("tenant", id)) => id.parse().ok().map(Self::Tenant),
            Some(("agent", id)) => id.parse().ok().map(Self::Agent),
            Some(("workflow", id)) => id.parse().ok().map(Self::Workflow),
            _ => None,
        };
        account.ok_or_else(|| AccountError(text.into()))
    }
}

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Over what time spending is counted. Days and months are those of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One day.
    Day,
    /// One month of the calendar.
    Month,
    /// Always.
    Total,
}

impl Period {
    /// All periods, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Total];

    /// Returns the word for this period in stores and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Total => "total",
        }
    }

    /// Returns the name of the period in which `now` lies, such as `2026-11-23`, `2026-11` or `total`.
    #[must_use]
    pub fn window(self, now: Timestamp) -> String {
        let date = now.to_string();
        match self {
            Self::Day => date.split('T').next().unwrap_or_default().into(),
            Self::Month => {
                let day = date.split('T').next().unwrap_or_default();
                day.rsplit_once('-').map_or(day, |(month, _)| month).into()
            }
            Self::Total => self.as_str().into(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
