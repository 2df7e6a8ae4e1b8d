//! Counting what other processes do with a store.
//!
//! Runs are executed by processes that nobody scrapes: they end too soon, or there are too many. Their journals tell
//! nearly all that an observer of their engines would have seen.

mod count;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use aos_spec::{
    RunId, RunStatus, Timestamp,
    failure::ErrorClass,
    port::{CheckpointStore, RunFilter, RunSummary, StoreError},
};

use self::count::Counted;
use crate::Metrics;

/// How many runs are asked for at first when looking for those that have changed.
const PAGE: usize = 256;

/// How far the stamps of two checkpoints may be out of the order in which they became visible.
const SLACK: Duration = Duration::from_secs(10);

/// Follows the runs of a store, whoever executes them, and moves metrics by what is new.
///
/// What was in the store at the first look is not counted. From then on each row of a journal, each end of a run and each
/// cent counts once, for as long as the follower lives. Not seen are: how long writes took and whether they failed, how long
/// failed attempts took, and that a run was paused or resumed between two looks.
///
/// A run that has not ended is read again when a quarter more of its steps has ended, so that following a run reads its
/// journal about five times in all, however long it is.
pub struct StoreFollower {
    store: Arc<dyn CheckpointStore>,
    metrics: Metrics,
    /// Runs that have not ended, and those that were written last.
    known: BTreeMap<RunId, Counted>,
    /// The newest write that was seen; none before the first look.
    newest: Option<Timestamp>,
}

impl StoreFollower {
    /// Returns a follower that has not looked yet.
    #[must_use]
    pub fn new(store: Arc<dyn CheckpointStore>, metrics: Metrics) -> Self {
        Self {
            store,
            metrics,
            known: BTreeMap::new(),
            newest: None,
        }
    }

    /// Looks at the store once and counts what is new. Returns why single runs could not be read; they are passed over
    /// until they are written again.
    ///
    /// # Errors
    ///
    /// When the store does not answer. What was counted until then stays counted, and the next look goes on from there.
    ///
    /// # Cancel safety
    ///
    /// Safe: as after an error.
    pub async fn look(&mut self) -> Result<Vec<StoreError>, StoreError> {
        let looked = self.look_at_all().await;
        let n_failures = looked.as_ref().map_or(1, Vec::len);
        let failures = &self.metrics.inner().handles.store_read_failures;
        failures.increment(n_failures as u64);
        looked
    }

    async fn look_at_all(&mut self) -> Result<Vec<StoreError>, StoreError> {
        // Those that have changed come second, so that a run that ends in between is among them.
        let unfinished = self.unfinished().await?;
        let changed = self.changed().await?;
        self.report(&unfinished);
        let is_first = self.newest.is_none();
        let listed: BTreeSet<RunId> = ids(&unfinished).chain(ids(&changed)).cloned().collect();
        let gone: Vec<RunId> = self
            .known
            .iter()
            .filter(|(run_id, counted)| !counted.is_over() && !listed.contains(*run_id))
            .map(|(run_id, _)| run_id.clone())
            .collect();
        let newest = changed.iter().map(|run| run.updated_at).max();
        let mut failures = Vec::new();
        for run in unfinished.iter().chain(&changed) {
            let counted = self.known.get(&run.run_id);
            if counted.is_some_and(|counted| !counted.is_behind(run)) {
                continue;
            }
            if is_first && run.status.is_terminal() {
                self.known.insert(run.run_id.clone(), Counted::as_listed(run));
            } else {
                self.read(&run.run_id, Some(run), is_first, &mut failures).await?;
            }
        }
        for run_id in &gone {
            self.read(run_id, None, false, &mut failures).await?;
        }
        self.newest = self.newest.max(newest).or(Some(Timestamp::from_micros(0)));
        self.forget(&unfinished);
        Ok(failures)
    }

    /// Returns all runs that have not ended.
    async fn unfinished(&self) -> Result<Vec<RunSummary>, StoreError> {
        let mut filter = RunFilter::default();
        filter.statuses = RunStatus::ALL
            .into_iter()
            .filter(|status| !status.is_terminal())
            .collect();
        filter.limit = Some(usize::MAX);
        self.store.list(&filter).await
    }

    /// Returns the runs that were written since the last look, and some that were known then.
    async fn changed(&self) -> Result<Vec<RunSummary>, StoreError> {
        let mut filter = RunFilter::default();
        let mut limit = PAGE;
        loop {
            filter.limit = Some(limit);
            let runs = self.store.list(&filter).await?;
            // At the first look only what could still be overtaken matters.
            let since = self.newest.or_else(|| runs.first().map(|run| run.updated_at));
            let is_old =
                |run: &RunSummary| since.is_some_and(|since| since.saturating_since(run.updated_at) > SLACK);
            if runs.len() < limit || runs.last().is_some_and(is_old) {
                return Ok(runs.into_iter().filter(|run| !is_old(run)).collect());
            }
            limit = limit.saturating_mul(4);
        }
    }

    /// Sets the gauges of runs that are there at the moment.
    fn report(&self, unfinished: &[RunSummary]) {
        let inner = self.metrics.inner();
        let in_state = |status| unfinished.iter().filter(move |run| run.status == status);
        let running = in_state(RunStatus::Running);
        // A running run was last written when it was created or taken up.
        inner
            .running
            .replace(running.map(|run| (run.run_id.clone(), run.updated_at)).collect());
        let orphaned = in_state(RunStatus::Running).filter(|run| run.owner.is_none());
        inner.n_orphaned.store(orphaned.count() as u64, Ordering::Relaxed);
        self.metrics
            .set_queue_depth(in_state(RunStatus::Queued).count() as u64);
    }

    /// Reads a run and counts what is new in it, or takes all of it for counted when it `is_old`.
    async fn read(
        &mut self,
        run_id: &RunId,
        listed: Option<&RunSummary>,
        is_old: bool,
        failures: &mut Vec<StoreError>,
    ) -> Result<(), StoreError> {
        match self.store.load(run_id).await {
            Ok(Some(stored)) => {
                let counted = Counted::of(&stored);
                let before = self.known.insert(run_id.clone(), counted).unwrap_or_default();
                if !is_old {
                    failures.extend(
                        count::news(&self.metrics, &before, &stored)
                            .err()
                            .map(StoreError::from),
                    );
                }
            }
            Ok(None) => drop(self.known.remove(run_id)),
            Err(error) if error.class() == ErrorClass::Permanent => {
                match listed {
                    Some(run) => drop(self.known.insert(run_id.clone(), Counted::as_listed(run))),
                    None => drop(self.known.remove(run_id)),
                }
                failures.push(error);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Forgets runs that have ended and that are not listed as changed any more.
    fn forget(&mut self, unfinished: &[RunSummary]) {
        let unfinished: BTreeSet<&RunId> = ids(unfinished).collect();
        let newest = self.newest.unwrap_or(Timestamp::from_micros(0));
        self.known.retain(|run_id, counted| {
            unfinished.contains(run_id) || newest.saturating_since(counted.updated_at()) <= 2 * SLACK
        });
    }
}

fn ids(runs: &[RunSummary]) -> impl Iterator<Item = &RunId> {
    runs.iter().map(|run| &run.run_id)
}

impl fmt::Debug for StoreFollower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreFollower").finish_non_exhaustive()
    }
}
