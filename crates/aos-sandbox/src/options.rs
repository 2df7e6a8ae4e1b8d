//! Settings of a sandbox, as an operator writes them.

use aos_spec::{ErrorCode, check::Location, failure::ErrorClass};
use serde::{Deserialize, Serialize};

use crate::limits::{LimitOptions, Limits};

/// Settings of a sandbox. They can tighten the rules about skills and move the limits, and never take a rule away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SandboxOptions {
    /// Skills to deny, besides the built-in list.
    pub deny_skills: Vec<String>,
    /// The only skills that plans may call, when given. A skill that is denied stays denied.
    pub only_skills: Option<Vec<String>>,
    /// Hosts that skills may connect to although they are internal, such as a service next door.
    pub allow_hosts: Vec<String>,
    /// Whether the planner had read text by outsiders when it made the plan: all of the plan is then untrusted.
    pub untrusted_planner: bool,
    /// How large plans may be.
    pub limits: LimitOptions,
}

/// The settings could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the settings of the sandbox, line {line}, column {column}: {message}")]
#[non_exhaustive]
pub struct OptionsError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl OptionsError {
    /// Returns the row of the table of codes.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        ErrorCode::InvalidInput
    }

    /// Returns what the caller should do.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}

impl SandboxOptions {
    /// Reads settings from TOML.
    ///
    /// ```
    /// use aos_sandbox::SandboxOptions;
    ///
    /// let text = "deny_skills = [\"send_money\"]\n[limits]\nmax_steps = 20\n";
    /// assert_eq!(SandboxOptions::from_toml(text).unwrap().limits.max_steps, Some(20));
    /// ```
    ///
    /// # Errors
    ///
    /// [`OptionsError`] when the text is not TOML, or holds a setting that does not exist.
    pub fn from_toml(text: &str) -> Result<Self, OptionsError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let place = Location::in_text(text, start, start);
            OptionsError {
                line: place.line,
                column: place.column,
                message: error.message().trim_end().replace('\n', "; "),
            }
        })
    }

    /// Returns the settings with more denied skills.
    #[must_use]
    pub fn with_denied_skills<'a>(mut self, skills: impl IntoIterator<Item = &'a str>) -> Self {
        self.deny_skills.extend(skills.into_iter().map(str::to_owned));
        self
    }

    /// Returns the settings with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits.into();
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
