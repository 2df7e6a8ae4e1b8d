//! All metrics: names, labels, buckets and what they mean.

use std::fmt;

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down; computed when it is asked for.
    Gauge,
    /// Counts observations by size.
    Histogram,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// What tells the series of one metric apart. Each label has a bounded set of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The state in which an engine left a run.
    Status,
    /// A skill.
    SkillId,
    /// A run.
    RunId,
    /// A step.
    StepId,
    /// A row of the table of error codes.
    ErrorCode,
    /// The version of this crate.
    Version,
}

impl Label {
    /// Returns the name of the label.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::SkillId => "skill_id",
            Self::RunId => "run_id",
            Self::StepId => "step_id",
            Self::ErrorCode => "error_code",
            Self::Version => "version",
        }
    }
}

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// The name.
    pub name: &'static str,
    /// The kind.
    pub kind: Kind,
    /// What tells its series apart, and which values there are.
    pub label: Option<(Label, &'static str)>,
    /// What it means, in one sentence.
    pub help: &'static str,
    /// The upper bounds of the buckets of a histogram.
    pub buckets: &'static [f64],
}

/// The value of a label that stands for all values that have no series of their own.
pub const OTHER: &str = "other";

/// The value of a label while there is nothing to name, so that the metric is never missing.
pub const NONE: &str = "none";

/// How many skills have series of their own in [`STEP_DURATION`].
pub const MAX_SKILLS: usize = 100;

/// How many runs have series of their own in [`RUNNING_AGE`].
pub const MAX_RUNS: usize = 20;

/// How many steps have series of their own in [`STEP_COST`].
pub const MAX_STEPS: usize = 200;

const fn counter(name: &'static str, help: &'static str) -> Metric {
    Metric {
        name,
        kind: Kind::Counter,
        label: None,
        help,
        buckets: &[],
    }
}

const fn gauge(name: &'static str, help: &'static str) -> Metric {
    Metric {
        name,
        kind: Kind::Gauge,
        label: None,
        help,
        buckets: &[],
    }
}

const fn histogram(name: &'static str, buckets: &'static [f64], help: &'static str) -> Metric {
    Metric {
        name,
        kind: Kind::Histogram,
        label: None,
        help,
        buckets,
    }
}

impl Metric {
    const fn by(mut self, label: Label, values: &'static str) -> Self {
        self.label = Some((label, values));
        self
    }
}

/// Runs by the state in which an engine left them.
pub const RUNS: Metric = counter(
    "nova_workflow_runs_total",
    "Runs that an engine has let go of, by the state in which it left them; `running` is a run that a failing store or recorder stopped.",
)
.by(Label::Status, "the 13 states of a run");

/// Replays that did not come out as recorded.
pub const REPLAY_FAILURES: Metric = counter(
    "nova_workflow_replay_failures_total",
    "Replays of golden files that did not come out as recorded.",
);

/// Comparisons with a golden file that found a difference.
pub const GOLDEN_MISMATCHES: Metric = counter(
    "nova_workflow_golden_mismatches_total",
    "Comparisons with a golden file that found a difference, and golden files whose signature is wrong.",
);

/// Runs refused because of another seed.
pub const SEED_DRIFT: Metric = counter(
    "nova_workflow_seed_drift_total",
    "Runs that were refused because their id belongs to a run with another seed, and golden files with another seed.",
);

/// Runs that a budget ended.
pub const BUDGET_EXCEEDED: Metric = counter(
    "nova_workflow_budget_exceeded_total",
    "Runs that ended because a budget did not cover their next step.",
);

/// Failed writes to the store.
pub const CHECKPOINT_FAILURES: Metric = counter(
    "nova_workflow_checkpoint_failures_total",
    "Writes to the store that failed after all retries; a lease taken over by another worker is counted elsewhere.",
);

/// Refusals of the sandbox.
pub const SANDBOX_REJECTIONS: Metric = counter(
    "nova_workflow_sandbox_rejections_total",
    "Plans and inputs of steps that the planner sandbox refused.",
);

/// Plans that asked for a forbidden skill.
pub const FORBIDDEN_SKILL_ATTEMPTS: Metric = counter(
    "nova_workflow_forbidden_skill_attempts_total",
    "Steps of refused plans that asked for a skill on the deny list.",
)
.by(
    Label::SkillId,
    "the entries of the deny list that the metrics were told of, and `other`",
);

/// Money spent.
pub const COST: Metric = counter(
    "nova_workflow_cost_cents_total",
    "What all attempts cost together, in whole cents; fractions are carried until they make a cent.",
);

/// How long runs took.
pub const RUN_DURATION: Metric = histogram(
    "nova_workflow_duration_seconds",
    &[
        0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
    ],
    "How long runs that have ended for good were executing, in seconds.",
);

/// How long attempts took.
pub const STEP_DURATION: Metric = histogram(
    "nova_workflow_step_duration_seconds",
    &[
        0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0,
    ],
    "How long attempts of steps took, in seconds.",
)
.by(Label::SkillId, "the first 100 skills, and `other`");

/// How long writes to the store took.
pub const CHECKPOINT_SAVE: Metric = histogram(
    "nova_workflow_checkpoint_save_seconds",
    &[
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    ],
    "How long writes to the store took until they were durable, in seconds.",
);

/// How long runs have been running.
pub const RUNNING_AGE: Metric = gauge(
    "nova_workflow_running_age_seconds",
    "How long a run has been running since an engine last took it up, in seconds.",
)
.by(
    Label::RunId,
    "the 20 oldest runs; `none` with 0 when nothing runs",
);

/// How many runs wait.
pub const QUEUE_DEPTH: Metric = gauge(
    "nova_workflow_queue_depth",
    "Runs that were accepted and that no engine has started.",
);

/// What steps cost.
pub const STEP_COST: Metric = gauge(
    "nova_workflow_step_cost_cents",
    "What a step cost when it was last committed, in cents.",
)
.by(
    Label::StepId,
    "the 200 dearest steps of the last ten minutes; `none` with 0 when no step cost anything",
);

/// How many runs are executed.
pub const RUNNING: Metric = gauge(
    "nova_workflow_running_runs",
    "Runs that engines execute at the moment; `aos serve` also counts those that a crash left behind.",
);

/// How many runs a crash left behind.
pub const ORPHANED: Metric = gauge(
    "nova_workflow_orphaned_runs",
    "Runs that are `running` in the store of `aos serve` and that no living process owns: a crash left them behind.",
);

/// Rows per write.
pub const CHECKPOINT_ROWS: Metric = histogram(
    "nova_workflow_checkpoint_rows",
    &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0],
    "Rows of the journal in one write of a run to the store.",
);

/// Denials.
pub const POLICY_DENIALS: Metric = counter(
    "nova_workflow_policy_denials_total",
    "Attempts that a policy denied, by the rule that denied them.",
)
.by(Label::ErrorCode, "the codes of policies, and `other`");

/// Retries.
pub const RETRIES: Metric = counter(
    "nova_workflow_retries_total",
    "Failed attempts that will be tried again.",
)
.by(Label::ErrorCode, "the retryable codes, and `other`");

/// Runs taken up again.
pub const RESUMES: Metric = counter(
    "nova_workflow_resumes_total",
    "Runs that an engine took over: left by a crash, paused, suspended, or owned by another worker before.",
);

/// Leases lost.
pub const LEASES_LOST: Metric = counter(
    "nova_workflow_leases_lost_total",
    "Runs that were stopped because another worker has taken them over.",
);

/// Looks at the store that failed.
pub const STORE_READ_FAILURES: Metric = counter(
    "nova_workflow_store_read_failures_total",
    "Looks of `aos serve` at its store, or at one run in it, that failed; its numbers are as old as the last look.",
);

/// The program.
pub const BUILD_INFO: Metric = gauge(
    "nova_workflow_build_info",
    "Always 1; the label holds the version.",
)
.by(Label::Version, "one version");

/// All metrics: first the fifteen that names and alerts are promised for, then what operators need besides.
pub const ALL: &[Metric] = &[
    RUNS,
    REPLAY_FAILURES,
    GOLDEN_MISMATCHES,
    SEED_DRIFT,
    BUDGET_EXCEEDED,
    CHECKPOINT_FAILURES,
    SANDBOX_REJECTIONS,
    FORBIDDEN_SKILL_ATTEMPTS,
    COST,
    RUN_DURATION,
    STEP_DURATION,
    CHECKPOINT_SAVE,
    RUNNING_AGE,
    QUEUE_DEPTH,
    STEP_COST,
    RUNNING,
    CHECKPOINT_ROWS,
    POLICY_DENIALS,
    RETRIES,
    RESUMES,
    LEASES_LOST,
    ORPHANED,
    STORE_READ_FAILURES,
    BUILD_INFO,
];
