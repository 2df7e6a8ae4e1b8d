//! Which runs are being executed, and since when.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aos_spec::{RunId, Timestamp};

/// The runs that engines execute.
#[derive(Default)]
pub(crate) struct Running(Mutex<BTreeMap<RunId, Timestamp>>);

impl Running {
    pub(crate) fn started(&self, run_id: &RunId, at: Timestamp) {
        self.runs().insert(run_id.clone(), at);
    }

    /// Sets all runs at once.
    pub(crate) fn replace(&self, runs: BTreeMap<RunId, Timestamp>) {
        *self.runs() = runs;
    }

    pub(crate) fn ended(&self, run_id: &RunId) {
        self.runs().remove(run_id);
    }

    /// Returns the number of runs, and the age of the `limit` oldest.
    pub(crate) fn oldest(&self, limit: usize, now: Timestamp) -> (usize, Vec<(RunId, Duration)>) {
        let runs = self.runs();
        let mut oldest: Vec<_> = runs.iter().collect();
        oldest.sort_by_key(|(_, started)| **started);
        oldest.truncate(limit);
        let ages = oldest
            .into_iter()
            .map(|(run_id, started)| (run_id.clone(), now.saturating_since(*started)));
        (runs.len(), ages.collect())
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<RunId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
