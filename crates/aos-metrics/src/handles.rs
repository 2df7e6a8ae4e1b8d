//! The counters and histograms of one recorder, registered once so that all exist at zero.

use std::collections::BTreeMap;

use aos_spec::{ErrorCode, RunStatus};
use metrics::{Counter, Histogram, Recorder};

use crate::{
    MetricsOptions,
    catalogue::{self, Kind, Metric, OTHER},
    codes::{ByCode, DENIALS},
    cost::WholeCents,
    register,
    skills::BySkill,
};

pub(crate) struct Handles {
    pub(crate) runs: BTreeMap<RunStatus, Counter>,
    pub(crate) replay_failures: Counter,
    pub(crate) golden_mismatches: Counter,
    pub(crate) seed_drift: Counter,
    pub(crate) budget_exceeded: Counter,
    pub(crate) checkpoint_failures: Counter,
    pub(crate) sandbox_rejections: Counter,
    pub(crate) forbidden_skills: BTreeMap<String, Counter>,
    pub(crate) forbidden_other: Counter,
    pub(crate) cost: WholeCents,
    pub(crate) run_duration: Histogram,
    pub(crate) step_duration: BySkill,
    pub(crate) checkpoint_save: Histogram,
    pub(crate) checkpoint_rows: Histogram,
    pub(crate) denials: ByCode,
    pub(crate) retries: ByCode,
    pub(crate) resumes: Counter,
    pub(crate) leases_lost: Counter,
    pub(crate) store_read_failures: Counter,
}

impl Handles {
    pub(crate) fn new(recorder: &dyn Recorder, options: &MetricsOptions) -> Self {
        register::describe(
            recorder,
            catalogue::ALL.iter().filter(|metric| metric.kind != Kind::Gauge),
        );
        let counter = |metric: &Metric| register::counter(recorder, metric, None);
        let histogram = |metric: &Metric| register::histogram(recorder, metric, None);
        let of_status = |status: RunStatus| {
            (
                status,
                register::counter(recorder, &catalogue::RUNS, Some(status.as_str())),
            )
        };
        let of_forbidden =
            |name: &str| register::counter(recorder, &catalogue::FORBIDDEN_SKILL_ATTEMPTS, Some(name));
        let forbidden = options
            .forbidden_skills
            .iter()
            .filter(|name| is_label_value(name));
        let retryable = ErrorCode::ALL.iter().copied().filter(|code| code.is_retryable());
        Self {
            runs: RunStatus::ALL.into_iter().map(of_status).collect(),
            replay_failures: counter(&catalogue::REPLAY_FAILURES),
            golden_mismatches: counter(&catalogue::GOLDEN_MISMATCHES),
            seed_drift: counter(&catalogue::SEED_DRIFT),
            budget_exceeded: counter(&catalogue::BUDGET_EXCEEDED),
            checkpoint_failures: counter(&catalogue::CHECKPOINT_FAILURES),
            sandbox_rejections: counter(&catalogue::SANDBOX_REJECTIONS),
            forbidden_skills: forbidden.map(|name| (name.clone(), of_forbidden(name))).collect(),
            forbidden_other: of_forbidden(OTHER),
            cost: WholeCents::new(counter(&catalogue::COST)),
            run_duration: histogram(&catalogue::RUN_DURATION),
            step_duration: BySkill::new(recorder, catalogue::STEP_DURATION),
            checkpoint_save: histogram(&catalogue::CHECKPOINT_SAVE),
            checkpoint_rows: histogram(&catalogue::CHECKPOINT_ROWS),
            denials: ByCode::new(recorder, &catalogue::POLICY_DENIALS, DENIALS.iter().copied()),
            retries: ByCode::new(recorder, &catalogue::RETRIES, retryable),
            resumes: counter(&catalogue::RESUMES),
            leases_lost: counter(&catalogue::LEASES_LOST),
            store_read_failures: counter(&catalogue::STORE_READ_FAILURES),
        }
    }
}

/// Whether `text` needs no escaping anywhere. Identifiers are such texts by their types; the entries of a deny list are
/// checked here, because the escaping of the exporter loses backslashes.
fn is_label_value(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.:/@-".contains(&b))
}
