//! What most tests put together.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aos_metrics::{Exporter, MetricsOptions};
use aos_spec::{
    Money, RunId, RunStatus, Seed, SkillId, StepId, StepIndex, StepResult, Timestamp, WorkflowPlan,
    WorkflowResult,
    journal::RunHeader,
    port::{Clock, RunEvent, RunObserver},
};
use serde_json::{Map, Value, json};

/// A clock that tests move by hand.
#[derive(Default)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, span: Duration) {
        self.0
            .fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// An exporter that knows of the forbidden skill `shell_exec`, and its clock.
pub(crate) fn exporter() -> (Exporter, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let options = MetricsOptions::default().with_forbidden_skills(["shell_exec"]);
    (Exporter::new(clock.clone(), &options), clock)
}

pub(crate) fn run_id(text: &str) -> RunId {
    text.parse().unwrap()
}

pub(crate) fn skill_id(text: &str) -> SkillId {
    text.parse().unwrap()
}

pub(crate) fn step_id(text: &str) -> StepId {
    text.parse().unwrap()
}

pub(crate) fn cents(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn start(exporter: &Exporter, run: &str, resumed: bool) {
    exporter.metrics().observe(&RunEvent::RunStarted {
        run_id: &run_id(run),
        workflow_id: &"w".parse().unwrap(),
        steps_total: 1,
        steps_ended: 0,
        resumed,
    });
}

pub(crate) fn finish(exporter: &Exporter, run: &str, status: RunStatus, duration: Duration) {
    let spec = json!({ "id": "w", "name": "w", "steps": [{ "id": "a", "skill_id": "echo" }] });
    let plan = WorkflowPlan::new(serde_json::from_value(spec).unwrap()).unwrap();
    let header = RunHeader::new(run_id(run), &plan, Seed(7), Map::new());
    let millis = u64::try_from(duration.as_millis()).unwrap();
    let result = WorkflowResult::new(&header, status, Vec::new(), None, millis, plan.hash());
    exporter
        .metrics()
        .observe(&RunEvent::RunFinished { result: &result });
}

pub(crate) fn attempt(exporter: &Exporter, skill: &str, duration: Duration, cost: Money) {
    exporter.metrics().observe(&RunEvent::AttemptFinished {
        run_id: &run_id("r"),
        step_id: &step_id("a"),
        skill_id: &skill_id(skill),
        attempt: 1,
        duration,
        cost,
        error_code: None,
    });
}

pub(crate) fn commit(exporter: &Exporter, step: &str, cost: Money) {
    let mut result = StepResult::completed(step_id(step), Value::Null);
    result.cost_cents = cost;
    exporter.metrics().observe(&RunEvent::StepCommitted {
        run_id: &run_id("r"),
        step_index: StepIndex(0),
        skill_id: &skill_id("echo"),
        result: &result,
    });
}

/// Returns the value of a series in the text of Prometheus, written as in that text.
pub(crate) fn value_in(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find(|line| {
        line.strip_prefix(series)
            .is_some_and(|rest| rest.starts_with(' '))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}

#[track_caller]
pub(crate) fn check(exporter: &Exporter, series: &str, expect: f64) {
    let text = exporter.render();
    assert_eq!(value_in(&text, series), Some(expect), "{series} in\n{text}");
}

/// Returns the status line and head, and the body, of the answer to a request.
pub(crate) fn exchange(addr: SocketAddr, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.to_owned(), body.to_owned())
}

pub(crate) fn get(addr: SocketAddr, path: &str) -> (String, String) {
    exchange(addr, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
}

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).unwrap()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
