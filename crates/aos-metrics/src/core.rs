//! The metrics themselves, and what moves them outside an engine.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aos_spec::port::Clock;
use metrics::Recorder;

use crate::{
    MetricsOptions,
    catalogue::{self, Kind, MAX_RUNS, Metric, NONE},
    handles::Handles,
    register,
    running::Running,
    step_costs::StepCosts,
};

/// A recorder that several parts of a program use.
pub type SharedRecorder = Arc<dyn Recorder + Send + Sync>;

/// The metrics of all runs of a process: an observer for engines, and methods for what happens outside them.
///
/// Clones move the same metrics. Counters and histograms are registered at once, so that they exist at zero; gauges are
/// computed by [`report_gauges`](Metrics::report_gauges).
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) recorder: SharedRecorder,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) handles: Handles,
    pub(crate) running: Running,
    pub(crate) step_costs: StepCosts,
    pub(crate) queue_depth: AtomicU64,
    pub(crate) n_orphaned: AtomicU64,
}

impl Metrics {
    /// Returns metrics that are kept by `recorder`.
    #[must_use]
    pub fn new(recorder: SharedRecorder, clock: Arc<dyn Clock>, options: &MetricsOptions) -> Self {
        Self(Arc::new(Inner {
            handles: Handles::new(&recorder, options),
            recorder,
            clock,
            running: Running::default(),
            step_costs: StepCosts::default(),
            queue_depth: AtomicU64::new(0),
            n_orphaned: AtomicU64::new(0),
        }))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Counts a replay that did not come out as recorded.
    pub fn replay_failed(&self) {
        self.0.handles.replay_failures.increment(1);
    }

    /// Counts a golden file that differs, or whose signature is wrong.
    pub fn golden_mismatched(&self) {
        self.0.handles.golden_mismatches.increment(1);
    }

    /// Counts a run or a golden file with another seed than expected.
    pub fn seed_drifted(&self) {
        self.0.handles.seed_drift.increment(1);
    }

    /// Counts a plan, or the inputs of a step, that the sandbox refused; `forbidden` are the entries of the deny list that
    /// were asked for.
    pub fn sandbox_rejected<'a>(&self, forbidden: impl IntoIterator<Item = &'a str>) {
        self.0.handles.sandbox_rejections.increment(1);
        for name in forbidden {
            self.forbidden_skill_attempted(name);
        }
    }

    /// Counts a step that asked for the skill on the deny list that is called `name` there.
    pub fn forbidden_skill_attempted(&self, name: &str) {
        let handles = &self.0.handles;
        handles
            .forbidden_skills
            .get(name)
            .unwrap_or(&handles.forbidden_other)
            .increment(1);
    }

    /// Tells how many runs were accepted and wait for an engine.
    pub fn set_queue_depth(&self, n_runs: u64) {
        self.0.queue_depth.store(n_runs, Ordering::Relaxed);
    }

    /// Computes all gauges and sets them on `recorder`.
    ///
    /// Called for each scrape, so that the age of a run grows although its engine hangs. The gauges of runs and steps come
    /// and go, and recorders keep what they have once seen; so hand in a recorder that lives for one scrape, as
    /// [`Exporter`](crate::Exporter) does, or one that forgets idle gauges.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float; counts and micro-cents are far below 2^53"
    )]
    pub fn report_gauges(&self, recorder: &dyn Recorder) {
        register::describe(
            recorder,
            catalogue::ALL.iter().filter(|metric| metric.kind == Kind::Gauge),
        );
        let set = |metric: &Metric, value: Option<&str>, amount: f64| {
            register::gauge(recorder, metric, value).set(amount);
        };
        let now = self.0.clock.now();
        let (n_running, oldest) = self.0.running.oldest(MAX_RUNS, now);
        for (run_id, age) in &oldest {
            set(&catalogue::RUNNING_AGE, Some(run_id.as_str()), age.as_secs_f64());
        }
        if oldest.is_empty() {
            set(&catalogue::RUNNING_AGE, Some(NONE), 0.0);
        }
        let costs = self.0.step_costs.shown(now);
        for (step_id, cost) in &costs {
            set(
                &catalogue::STEP_COST,
                Some(step_id.as_str()),
                cost.as_micro_cents() as f64 / 1e6,
            );
        }
        if costs.is_empty() {
            set(&catalogue::STEP_COST, Some(NONE), 0.0);
        }
        set(&catalogue::RUNNING, None, n_running as f64);
        for (metric, number) in [
            (&catalogue::QUEUE_DEPTH, &self.0.queue_depth),
            (&catalogue::ORPHANED, &self.0.n_orphaned),
        ] {
            set(metric, None, number.load(Ordering::Relaxed) as f64);
        }
        set(&catalogue::BUILD_INFO, Some(env!("CARGO_PKG_VERSION")), 1.0);
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
