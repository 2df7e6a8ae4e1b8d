//! Settings of a sandbox, as an operator writes them.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// Settings of a sandbox. They can tighten the rules about skills and move the limits, and never take a rule away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SandboxOptions {
    /// Skills to deny, besides the built-in list.
    pub deny_skills: Vec<String>,
    /// Hosts that skills may connect to although they are internal, such as a service next door.
    pub allow_hosts: Vec<String>,
    /// Whether the planner had read text by outsiders when it made the plan: all of the plan is then untrusted.
    pub untrusted_planner: bool,
    /// How large plans may be.
    pub limits: Limits,
}

/// The settings could not be read.
#[derive(Debug, thiserror::Error)]
#[error("read the settings of the sandbox: {0}")]
pub struct OptionsError(#[from] toml::de::Error);

impl SandboxOptions {
    /// Reads settings from TOML.
    ///
    /// # Errors
    ///
    /// [`OptionsError`] when the text is not TOML, or holds a setting that does not exist.
    pub fn from_toml(text: &str) -> Result<Self, OptionsError> {
        Ok(toml::from_str(text)?)
    }

    /// Returns the settings with more denied skills.
    #[must_use]
    pub fn with_denied_skills<'a>(mut self, skills: impl IntoIterator<Item = &'a str>) -> Self {
        self.deny_skills.extend(skills.into_iter().map(str::to_owned));
        self
    }

    /// Returns the settings with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the settings with hosts that may be connected to although they are internal.
    #[must_use]
    pub fn with_allowed_hosts<'a>(mut self, hosts: impl IntoIterator<Item = &'a str>) -> Self {
        self.allow_hosts.extend(hosts.into_iter().map(str::to_owned));
        self
    }

    /// Returns the settings for a planner that has read text by outsiders.
    #[must_use]
    pub const fn with_untrusted_planner(mut self) -> Self {
        self.untrusted_planner = true;
        self
    }
}
