//! Metrics on a port, with something in each of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aos_metrics::{Exporter, MetricsOptions, MetricsServer, Readiness};
use aos_spec::{
    ErrorCode, RunId, RunStatus, Seed, SkillId, StepId, StepIndex, StepResult, Timestamp, WorkflowPlan,
    WorkflowResult,
    failure::ErrorClass,
    journal::RunHeader,
    port::{Clock, Finding, RunEvent, RunObserver},
};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

/// A clock that stands still until it is moved.
#[derive(Default)]
struct ManualClock(AtomicI64);

impl ManualClock {
    fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// A server of metrics on a free port, on its own runtime.
pub(crate) struct Exported {
    pub(crate) exporter: Exporter,
    pub(crate) server: MetricsServer,
    clock: Arc<ManualClock>,
    _runtime: Runtime,
}

impl Exported {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let clock = Arc::new(ManualClock::default());
        let options = MetricsOptions::default().with_forbidden_skills(["shell_exec"]);
        let exporter = Exporter::new(clock.clone(), &options);
        let ready = Readiness::new(|| async { Ok(()) });
        let bound = MetricsServer::bind(([127, 0, 0, 1], 0).into(), exporter.clone(), ready);
        let server = runtime.block_on(bound).unwrap();
        Self {
            exporter,
            server,
            clock,
            _runtime: runtime,
        }
    }

    /// Lets everything happen once that metrics know of.
    pub(crate) fn drive(&self) {
        let metrics = self.exporter.metrics();
        let (run_id, step_id): (RunId, StepId) = ("run-1".parse().unwrap(), "a".parse().unwrap());
        let skill_id: SkillId = "http_call".parse().unwrap();
        let workflow_id = "w".parse().unwrap();
        let start = |run_id: &RunId| {
            metrics.observe(&RunEvent::RunStarted {
                run_id,
                workflow_id: &workflow_id,
                steps_total: 1,
                steps_ended: 0,
                resumed: true,
            });
        };
        start(&run_id);
        start(&"hung".parse().unwrap());
        self.clock.advance(Duration::from_secs(7_200));
        let mut finding = Finding::new("RULE", "", "refused");
        finding.forbidden_skill = Some("shell_exec".to_owned());
        metrics.observe(&RunEvent::Rejected {
            run_id: &run_id,
            findings: &[finding],
        });
        metrics.observe(&RunEvent::Denied {
            run_id: &run_id,
            step_id: &step_id,
            code: ErrorCode::BudgetExceeded,
        });
        metrics.observe(&RunEvent::AttemptFinished {
            run_id: &run_id,
            step_id: &step_id,
            skill_id: &skill_id,
            attempt: 1,
            duration: Duration::from_millis(20),
            cost: "250".parse().unwrap(),
            error_code: None,
        });
        metrics.observe(&RunEvent::RetryScheduled {
            run_id: &run_id,
            step_id: &step_id,
            attempt: 1,
            error_code: ErrorCode::Timeout,
            delay: Duration::ZERO,
        });
        let mut result = StepResult::completed(step_id, Value::Null);
        result.cost_cents = "250".parse().unwrap();
        let step_index = StepIndex(0);
        metrics.observe(&RunEvent::StepCommitted {
            run_id: &run_id,
            step_index,
            skill_id: &skill_id,
            result: &result,
        });
        for error in [None, Some(ErrorClass::Permanent), Some(ErrorClass::Fenced)] {
            let duration = Duration::from_millis(3);
            metrics.observe(&RunEvent::CheckpointSaved {
                run_id: &run_id,
                rows: 2,
                duration,
                error,
            });
        }
        metrics.observe(&RunEvent::SeedDrift { run_id: &run_id });
        metrics.observe(&RunEvent::RunFinished {
            result: &budget_exceeded(run_id.clone()),
        });
        metrics.replay_failed();
        metrics.golden_mismatched();
        metrics.set_queue_depth(3);
    }
}

fn budget_exceeded(run_id: RunId) -> WorkflowResult {
    let spec = json!({ "id": "w", "name": "w", "steps": [{ "id": "a", "skill_id": "http_call" }] });
    let plan = WorkflowPlan::new(serde_json::from_value(spec).unwrap()).unwrap();
    let header = RunHeader::new(run_id, &plan, Seed(7), Map::new());
    WorkflowResult::new(
        &header,
        RunStatus::BudgetExceeded,
        Vec::new(),
        None,
        40,
        plan.hash(),
    )
}
