//! What steps cost when they were last committed.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aos_spec::{Money, StepId, Timestamp, port::Clock};

use crate::catalogue::MAX_STEPS;

/// How long a cost is shown: long enough for an alert to see it, short enough for the alert to end.
const SHOWN_FOR: Duration = Duration::from_secs(600);

/// The dearest steps of the last ten minutes. Of more than [`MAX_STEPS`] the cheapest go first, so that many cheap steps
/// cannot hide a dear one.
#[derive(Default)]
pub(crate) struct StepCosts(Mutex<Steps>);

struct Steps {
    shown: BTreeMap<StepId, (Money, Timestamp)>,
    // INVARIANT: nothing in `shown` is cheaper, and nothing older. Most steps are turned away by them without a search.
    least: Money,
    oldest: Timestamp,
}

impl StepCosts {
    pub(crate) fn committed(&self, step_id: &StepId, cost: Money, clock: &dyn Clock) {
        let mut steps = self.steps();
        if let Some(shown) = steps.shown.get_mut(step_id) {
            *shown = (cost, clock.now());
            steps.least = steps.least.min(cost);
        } else if !cost.is_zero() {
            steps.add(step_id, cost, clock.now());
        }
    }

    /// Returns what is shown at the moment.
    pub(crate) fn shown(&self, now: Timestamp) -> Vec<(StepId, Money)> {
        let mut steps = self.steps();
        steps.forget_old(now);
        let shown = steps.shown.iter();
        shown
            .map(|(step_id, (cost, _))| (step_id.clone(), *cost))
            .collect()
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            shown: BTreeMap::new(),
            least: Money::MAX,
            oldest: Timestamp::from_micros(i64::MAX),
        }
    }
}

impl Steps {
    fn add(&mut self, step_id: &StepId, cost: Money, now: Timestamp) {
        if self.shown.len() >= MAX_STEPS && !self.makes_room(cost, now) {
            return;
        }
        self.shown.insert(step_id.clone(), (cost, now));
        self.least = self.least.min(cost);
        self.oldest = self.oldest.min(now);
    }

    /// Forgets what is old, or else the cheapest step if it is cheaper than `cost`. Returns whether there is room then.
    fn makes_room(&mut self, cost: Money, now: Timestamp) -> bool {
        if cost <= self.least && !is_old(self.oldest, now) {
            return false;
        }
        self.forget_old(now);
        if self.shown.len() >= MAX_STEPS {
            let cheapest = self.shown.iter().min_by_key(|(_, (cost, _))| *cost);
            if let Some((step_id, _)) = cheapest.filter(|(_, (least, _))| *least < cost) {
                let step_id = step_id.clone();
                self.shown.remove(&step_id);
            }
        }
        let kept = || self.shown.values();
        self.least = kept().map(|(cost, _)| *cost).min().unwrap_or(Money::MAX);
        self.oldest = kept().map(|(_, at)| *at).min().unwrap_or(now);
        self.shown.len() < MAX_STEPS
    }

    fn forget_old(&mut self, now: Timestamp) {
        self.shown.retain(|_, (_, at)| !is_old(*at, now));
    }
}

fn is_old(at: Timestamp, now: Timestamp) -> bool {
    now.saturating_since(at) > SHOWN_FOR
}
