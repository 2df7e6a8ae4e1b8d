//! A sample run, and what records it.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicI64, Ordering},
};

use aos_golden::{Golden, GoldenRecorder, InMemoryGoldenRecorder, KeyRing, RecorderOptions};
use aos_spec::{
    Effect, ErrorCode, Money, RunId, RunStatus, Seed, SkillId, StepDescriptor, StepFailure, StepId,
    StepIndex, StepResult, StepStatus, Timestamp, WorkflowId, WorkflowPlan, WorkflowResult, WorkflowSpec,
    derive_seed,
    journal::{JournalEntry, RunError, RunHeader, checkpoint_hash},
    port::{Clock, RecorderError, RunRecorder, RunStart, StepRecord},
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// Everything that an engine tells a recorder about one run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) start: RunStart,
    pub(crate) steps: Vec<StepRecord>,
    pub(crate) status: RunStatus,
    pub(crate) error: Option<RunError>,
}

pub(crate) fn step_id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

pub(crate) fn run_id(text: &str) -> RunId {
    RunId::new(text).unwrap()
}

impl Run {
    /// A completed run of the workflow `sample` with one step for each output.
    pub(crate) fn new(id: &str, outputs: impl IntoIterator<Item = Value>) -> Self {
        let outputs: Vec<Value> = outputs.into_iter().collect();
        let ids: Vec<_> = (0..outputs.len()).map(|index| format!("s{index}")).collect();
        Self::of_steps(id, ids.iter().map(String::as_str).zip(outputs))
    }

    /// A completed run of the workflow `sample` with these steps.
    pub(crate) fn of_steps<'a>(id: &str, steps: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let skill_id = SkillId::new("echo").unwrap();
        let steps: Vec<_> = steps
            .into_iter()
            .map(|(id, output)| (step_id(id), output))
            .collect();
        let listed = steps
            .iter()
            .map(|(id, _)| StepDescriptor::new(id.clone(), skill_id.clone()));
        let spec = WorkflowSpec::new(WorkflowId::new("sample").unwrap(), listed.collect());
        let seed = Seed(u64::MAX);
        let records = steps.into_iter().enumerate().map(|(index, (id, output))| {
            let seed = derive_seed(seed, index as u64);
            let result = StepResult::completed(id, output);
            StepRecord::new(
                StepIndex::from_usize(index),
                skill_id.clone(),
                Effect::Pure,
                seed,
                result,
            )
        });
        let steps = records.collect();
        let plan = WorkflowPlan::new(spec).unwrap();
        let header = RunHeader::new(
            run_id(id),
            &plan,
            seed,
            Map::from_iter([("n".to_owned(), json!(3))]),
        );
        Self {
            start: RunStart::live(header),
            steps,
            status: RunStatus::Completed,
            error: None,
        }
    }

    /// Two steps, of which the second one fails and ends the run, and every optional field is there.
    pub(crate) fn with_everything(id: &str) -> Self {
        let mut run = Self::new(
            id,
            [
                json!({ "text": "héllo\n\u{1f600}", "n": [1, 2.5, u64::MAX] }),
                json!(null),
            ],
        );
        let header = &mut run.start.header;
        header.agent_id = Some("agent-7".parse().unwrap());
        header.engine_version = "0.1.0".into();
        header.policy_hash = Some(header.spec_hash);
        header.skill_versions = [("echo".parse().unwrap(), "1".into())].into();
        run.steps[0].result.cost_cents = Money::from_micro_cents(1_500_000).unwrap();
        run.steps[0].result.retries = 2;
        run.steps[0].effect = Effect::Once;
        let failure = StepFailure::new(ErrorCode::Http5xx, "the service \"failed\"")
            .with_details(json!({ "status": 500 }));
        run.steps[1].result = StepResult::ended_by(step_id("s1"), StepStatus::Failed, failure);
        run.status = RunStatus::Failed;
        let error = RunError::new(ErrorCode::Http5xx, "the service \"failed\"").at_step(step_id("s1"));
        run.error = Some(error.with_details(Some(json!({ "status": 500 }))));
        run
    }

    pub(crate) fn run_id(&self) -> &RunId {
        &self.start.header.run_id
    }

    pub(crate) fn result(&self) -> WorkflowResult {
        let hashes = self.steps.iter().map(|step| {
            let row = JournalEntry::Ended(step.result.clone()).to_row(step.index, 0);
            row.unwrap().hash
        });
        WorkflowResult::new(
            &self.start.header,
            self.status,
            self.steps.iter().map(|step| step.result.clone()).collect(),
            self.error.as_ref(),
            12_345,
            checkpoint_hash(self.start.header.spec_hash, hashes),
        )
    }

    /// Tells `recorder` everything.
    pub(crate) async fn tell(&self, recorder: &dyn RunRecorder) -> Result<(), RecorderError> {
        recorder.record_run_start(&self.start).await?;
        for step in &self.steps {
            recorder.record_step(self.run_id(), step).await?;
        }
        recorder.record_run_end(&self.result()).await
    }

    /// Records to memory.
    #[track_caller]
    pub(crate) fn golden(&self) -> Golden {
        self.golden_with(RecorderOptions::new()).unwrap()
    }

    pub(crate) fn golden_with(&self, options: RecorderOptions) -> Result<Golden, RecorderError> {
        let recorder = InMemoryGoldenRecorder::with_options(options);
        block_on(self.tell(&recorder))?;
        Ok(recorder.golden(self.run_id()).unwrap())
    }

    /// Records into `folder`, signed with `ring`.
    #[track_caller]
    pub(crate) fn write(&self, folder: &Path, ring: &KeyRing) -> PathBuf {
        let recorder = GoldenRecorder::new(folder, ring.clone());
        block_on(self.tell(&recorder)).unwrap();
        recorder.path_of(self.run_id())
    }
}

/// Waits for `future` where no runtime is, so that recorders work on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a recorder waits although there is no runtime"),
    }
}

/// A folder that is removed at the end, with one signed golden.
pub(crate) fn folder_with(run: &Run) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = run.write(folder.path(), &KeyRing::development());
    (folder, path)
}

/// The lines of a golden as JSON.
pub(crate) fn lines_of(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Moves on by a millisecond whenever it is asked.
#[derive(Debug, Default)]
pub(crate) struct TickingClock(pub(crate) AtomicI64);

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}
