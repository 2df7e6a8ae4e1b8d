//! The emergency stop of the store as this process sees it: a reading that is at most a fifth of a second old, shared by all
//! its runs, so that a check needs no round trip.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aos_spec::port::{StopSwitch, SwitchState};
use tokio::time::Instant;

/// How old a reading may be.
const MAX_AGE: Duration = Duration::from_millis(200);

/// How long a reading may take; after that the switch counts as unreadable.
const TIME_LIMIT: Duration = Duration::from_millis(250);

/// What the switch says, or why it cannot be read.
pub(crate) type Reading = Arc<Result<SwitchState, String>>;

pub(crate) struct SwitchView {
    switch: Arc<dyn StopSwitch>,
    last: Mutex<Option<(Instant, Reading)>>,
    /// Held while the switch is read, so that many runs share one reading.
    refresh: tokio::sync::Mutex<()>,
}

impl SwitchView {
    pub(crate) fn new(switch: Arc<dyn StopSwitch>) -> Self {
        Self {
            switch,
            last: Mutex::default(),
            refresh: tokio::sync::Mutex::default(),
        }
    }

    /// Returns what the switch says.
    pub(crate) async fn read(&self) -> Reading {
        if let Some(reading) = self.recent() {
            return reading;
        }
        let turn = self.refresh.lock().await;
        if let Some(reading) = self.recent() {
            return reading;
        }
        // The age counts from before the reading: what it says may be that old.
        let began = Instant::now();
        let reading = match tokio::time::timeout(TIME_LIMIT, self.switch.read()).await {
            Ok(outcome) => outcome.map_err(|error| error.to_string()),
            Err(_) => Err("the store does not answer".into()),
        };
        let reading = Arc::new(reading);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((began, Arc::clone(&reading)));
        drop(turn);
        reading
    }

    fn recent(&self) -> Option<Reading> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, reading) = last.as_ref()?;
        (at.elapsed() < MAX_AGE).then(|| Arc::clone(reading))
    }
}
