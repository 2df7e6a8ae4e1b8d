//! How an engine executes.

use std::time::Duration;

use aos_spec::limits;

/// When the engine waits until a step's result is durable. Both survive a crash at any instant with the same outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Results are written at once and in the background; the engine waits only before a skill with outside effects is
    /// invoked and before the run is reported.
    #[default]
    BeforeEffects,
    /// The engine waits after each step, before any step that depends on it.
    EveryStep,
}

/// How an engine executes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EngineOptions {
    /// How many attempts of one run may be running at the same time; at least 1, at most [`limits::MAX_PARALLEL`].
    pub max_parallel: usize,
    /// When the engine waits for durability.
    pub durability: Durability,
    /// The largest result of one step, in bytes of its canonical JSON; some hundred of them are not the output itself.
    pub max_output_bytes: usize,
    /// How long a crashed engine's runs stay locked where the store cannot tell that it is gone.
    pub lease_ttl: Duration,
    /// How often the engine asks the store for requests to pause or cancel, while it has runs.
    pub poll_interval: Duration,
    /// How long a cancelled attempt may go on before it is dropped.
    pub cancel_grace: Duration,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            max_parallel: limits::DEFAULT_PARALLEL,
            durability: Durability::default(),
            max_output_bytes: limits::DEFAULT_MAX_OUTPUT_BYTES,
            lease_ttl: Duration::from_secs(30),
            poll_interval: Duration::from_millis(500),
            cancel_grace: Duration::from_millis(500),
        }
    }
}

impl EngineOptions {
    /// Returns the options with another bound on attempts that run at the same time, moved into its range.
    #[must_use]
    pub fn with_max_parallel(mut self, max_parallel: usize) -> Self {
        self.max_parallel = max_parallel.clamp(1, limits::MAX_PARALLEL);
        self
    }

    /// Returns the options with another durability.
    #[must_use]
    pub const fn with_durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }
}
