//! The engine's presence in the store: one heartbeat for all its runs, and the requests that come back with it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aos_spec::{
    RunId, WorkerId,
    port::{CheckpointStore, RunRequest, StepPolicy},
};
use tokio::sync::mpsc;

use crate::{EngineError, again::known};

/// What this engine is executing, and its registration as a worker.
pub(crate) struct Presence {
    store: Arc<dyn CheckpointStore>,
    worker: WorkerId,
    ttl: Duration,
    interval: Duration,
    policy: Option<Arc<dyn StepPolicy>>,
    runs: Mutex<Runs>,
    /// Held while the worker registers, so that a second run waits for the first one's registration.
    registering: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Runs {
    active: BTreeMap<RunId, Asked>,
    /// Whether the heartbeat goes on.
    is_beating: bool,
}

/// What has been asked of one run.
struct Asked {
    /// The store says the same at each beat.
    last: Option<RunRequest>,
    requests: mpsc::UnboundedSender<RunRequest>,
}

/// Keeps one run among the active ones until it is dropped.
pub(crate) struct ActiveRun {
    presence: Arc<Presence>,
    run_id: RunId,
    /// Tells what somebody asks of the run, each time that it is something else.
    pub(crate) requests: mpsc::UnboundedReceiver<RunRequest>,
}

impl Presence {
    pub(crate) fn new(
        store: Arc<dyn CheckpointStore>,
        worker: WorkerId,
        ttl: Duration,
        interval: Duration,
        policy: Option<Arc<dyn StepPolicy>>,
    ) -> Self {
        Self {
            store,
            worker,
            ttl,
            interval,
            policy,
            runs: Mutex::default(),
            registering: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) const fn worker(&self) -> &WorkerId {
        &self.worker
    }

    /// Adds a run to the active ones, and registers the worker if it is the first.
    ///
    /// # Errors
    ///
    /// [`EngineError::Running`] when the run is active already; [`EngineError::Store`] when the store does not take
    /// the registration.
    pub(crate) async fn enter(self: &Arc<Self>, run_id: &RunId) -> Result<ActiveRun, EngineError> {
        let active = self.add(run_id)?;
        let registration = self.registering.lock().await;
        if !self.runs().is_beating {
            known(self.worker.as_str(), || {
                self.store.heartbeat(&self.worker, self.ttl)
            })
            .await?;
            self.runs().is_beating = true;
            tokio::spawn(Arc::clone(self).beat());
        }
        drop(registration);
        Ok(active)
    }

    fn add(self: &Arc<Self>, run_id: &RunId) -> Result<ActiveRun, EngineError> {
        let mut runs = self.runs();
        if runs.active.contains_key(run_id) {
            return Err(EngineError::Running(run_id.clone()));
        }
        let (sender, requests) = mpsc::unbounded_channel();
        let asked = Asked {
            last: None,
            requests: sender,
        };
        runs.active.insert(run_id.clone(), asked);
        Ok(ActiveRun {
            presence: Arc::clone(self),
            run_id: run_id.clone(),
            requests,
        })
    }

    /// Beats until a whole interval has passed without a run.
    async fn beat(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.interval).await;
            {
                let mut runs = self.runs();
                if runs.active.is_empty() {
                    runs.is_beating = false;
                    return;
                }
            }
            match self.store.heartbeat(&self.worker, self.ttl).await {
                Ok(requests) => {
                    let mut runs = self.runs();
                    for (run_id, request) in requests {
                        if let Some(asked) = runs.active.get_mut(&run_id)
                            && asked.last.replace(request) != Some(request)
                        {
                            // A run that has just ended does not listen any more.
                            let _ = asked.requests.send(request);
                        }
                    }
                }
                // Should the store stay away for longer than the time to live, the next write of a run says so.
                Err(error) => tracing::warn!(worker = %self.worker, %error, "the heartbeat failed"),
            }
        }
    }

    /// Gives up the registration: whoever wants may take over at once.
    pub(crate) async fn retire(&self) -> Result<(), EngineError> {
        Ok(self.store.retire(&self.worker).await?)
    }

    fn runs(&self) -> MutexGuard<'_, Runs> {
        // The map is whole between any two statements, so a panic elsewhere cannot have left it half changed.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ActiveRun {
    fn drop(&mut self) {
        if let Some(policy) = &self.presence.policy {
            policy.forget(&self.run_id);
        }
        self.presence.runs().active.remove(&self.run_id);
    }
}
