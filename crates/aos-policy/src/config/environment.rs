//! What the environment says instead of the file.

use aos_spec::Money;

use super::PolicyConfig;
use crate::ConfigError;

impl PolicyConfig {
    /// Returns the rules with the ceilings that `AOS_STEP_CEILING_CENTS` and `AOS_WORKFLOW_CEILING_CENTS` give, where
    /// they are set. `variable` looks an environment variable up.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Variable`] when a variable does not hold an amount, or the ceiling of a step is above that of a run.
    pub fn with_environment(
        mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let ceilings = [
            ("AOS_STEP_CEILING_CENTS", &mut self.step_ceiling_cents),
            ("AOS_WORKFLOW_CEILING_CENTS", &mut self.workflow_ceiling_cents),
        ];
        let mut last = None;
        for (name, ceiling) in ceilings {
            let Some(text) = variable(name).filter(|text| !text.is_empty()) else {
                continue;
            };
            *ceiling = Some(text.parse::<Money>().map_err(|error| ConfigError::Variable {
                name: name.into(),
                message: format!("`{}` is {error}", text.escape_debug()),
            })?);
            last = Some(name);
        }
        match (last, self.step_ceiling_cents, self.workflow_ceiling_cents) {
            (Some(name), Some(step), Some(run)) if step > run => Err(ConfigError::Variable {
                name: name.into(),
                message: format!("one step could cost {step} cents, more than the {run} of a whole run"),
            }),
            _ => Ok(self),
        }
    }
}
