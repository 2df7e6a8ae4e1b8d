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
pub(crate) struct StepCosts(Mutex<BTreeMap<StepId, (Money, Timestamp)>>);

impl StepCosts {
    pub(crate) fn committed(&self, step_id: &StepId, cost: Money, clock: &dyn Clock) {
        let mut steps = self.steps();
        if let Some(shown) = steps.get_mut(step_id) {
            *shown = (cost, clock.now());
        } else if !cost.is_zero() {
            let now = clock.now();
            if steps.len() >= MAX_STEPS {
                make_room(&mut steps, cost, now);
            }
            if steps.len() < MAX_STEPS {
                steps.insert(step_id.clone(), (cost, now));
            }
        }
    }

    /// Returns what is shown at the moment.
    pub(crate) fn shown(&self, now: Timestamp) -> Vec<(StepId, Money)> {
        let mut steps = self.steps();
        forget_old(&mut steps, now);
        steps
            .iter()
            .map(|(step_id, (cost, _))| (step_id.clone(), *cost))
            .collect()
    }

    fn steps(&self) -> MutexGuard<'_, BTreeMap<StepId, (Money, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_old(steps: &mut BTreeMap<StepId, (Money, Timestamp)>, now: Timestamp) {
    steps.retain(|_, (_, at)| now.saturating_since(*at) <= SHOWN_FOR);
}

/// Forgets the cheapest step if it is cheaper than `cost` or old.
fn make_room(steps: &mut BTreeMap<StepId, (Money, Timestamp)>, cost: Money, now: Timestamp) {
    let is_old = |at: Timestamp| now.saturating_since(at) > SHOWN_FOR;
    let least = steps
        .iter()
        .min_by_key(|(_, (cost, at))| if is_old(*at) { Money::ZERO } else { *cost });
    if let Some((step_id, (least, at))) = least
        && (*least < cost || is_old(*at))
    {
        let step_id = step_id.clone();
        steps.remove(&step_id);
    }
}
