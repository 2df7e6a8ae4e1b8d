//! What metrics are told when they are made.

/// What [`Metrics`](crate::Metrics) are told when they are made.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MetricsOptions {
    /// The entries of the deny list. A counter that first appears at 1 is invisible to alerts, so the series of each entry
    /// exists at zero from the start; names that are not here count as `other`.
    pub forbidden_skills: Vec<String>,
}

impl MetricsOptions {
    /// Returns the options with the entries of a deny list.
    #[must_use]
    pub fn with_forbidden_skills<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.forbidden_skills.extend(names.into_iter().map(Into::into));
        self
    }
}
