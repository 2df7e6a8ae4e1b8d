//! A golden of 100 MB, and what is done with it.

use std::{path::Path, sync::Arc, time::Instant};

use aos_engine::{EngineOptions, NewRun, replay};
use aos_golden::{
    CompareOptions, GoldenRecorder, KeyRing, Recording, compare_golden, load_golden, load_unverified,
};
use aos_spec::{
    ContentHash, Effect, RunId, RunStatus, Seed, SkillManifest, SkillRegistry, StepContext, StepDescriptor,
    StepFailure, StepIndex, StepResult, WorkflowPlan, WorkflowResult, WorkflowSpec, derive_seed,
    journal::{JournalEntry, RunHeader, checkpoint_hash},
    port::{RunRecorder, RunStart, Skill, StepRecord},
    skill::SkillOutput,
};
use async_trait::async_trait;
use serde_json::{Map, Value, json};

/// The least length of the golden.
pub(crate) const N_BYTES: u64 = 100_000_000;

const N_STEPS: usize = 8_000;

/// How long something took, and the most memory that its process had.
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    pub(crate) peak_megabytes: Option<f64>,
}

impl Measured {
    /// Reads what [`measure`] prints.
    pub(crate) fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let seconds = words.next().and_then(|word| word.parse().ok());
        Self {
            seconds: seconds.expect("it prints how long it took"),
            peak_megabytes: words.next().and_then(|word| word.parse().ok()),
        }
    }
}

fn run_id() -> RunId {
    "large".parse().expect("valid")
}

/// What the step at `index` answers: about 12,500 bytes of text, numbers and structure.
fn output(index: StepIndex) -> Value {
    let rows = (0..120_u64).map(|row| {
        let number = u64::from(index.0) * 1_000 + row;
        json!({ "id": number, "name": format!("row {number}"), "price": number as f64 / 8.0, "note": "x".repeat(40) })
    });
    json!({ "rows": rows.collect::<Vec<_>>() })
}

/// Every second step is pure; each waits for the one before.
fn plan() -> Arc<WorkflowPlan> {
    let steps = (0..N_STEPS).map(|at| {
        let skill = if at % 2 == 0 { "rows" } else { "fetched_rows" };
        let id = format!("step{at}").parse().expect("valid");
        let mut step = StepDescriptor::new(id, skill.parse().expect("valid"));
        if at > 0 {
            step.inputs
                .insert("first".into(), format!("${{step{}.rows.0.id}}", at - 1).into());
        }
        step
    });
    let spec = WorkflowSpec::new("large".parse().expect("valid"), steps.collect());
    Arc::new(WorkflowPlan::new(spec).expect("valid"))
}

/// Records the golden into `folder`.
pub(crate) fn write(folder: &Path) {
    let (plan, seed) = (plan(), Seed(7));
    let recorder = GoldenRecorder::new(folder, KeyRing::development());
    let header = RunHeader::new(run_id(), &plan, seed, Map::new());
    let runtime = runtime();
    runtime.block_on(async {
        recorder
            .record_run_start(&RunStart::live(header.clone()))
            .await
            .expect("it writes");
        let mut hashes = Vec::new();
        for step in plan.steps() {
            let descriptor = plan.descriptor(step.index());
            let result = StepResult::completed(descriptor.id.clone(), output(step.index()));
            let row = JournalEntry::Ended(result.clone())
                .to_row(step.index(), 0)
                .expect("it is JSON");
            hashes.push(row.hash);
            let effect = if step.index().0 % 2 == 0 {
                Effect::Pure
            } else {
                Effect::Read
            };
            let seed = derive_seed(seed, u64::from(step.index().0));
            let record = StepRecord::new(step.index(), descriptor.skill_id.clone(), effect, seed, result);
            recorder
                .record_step(&header.run_id, &record)
                .await
                .expect("it writes");
        }
        let hash = checkpoint_hash(header.spec_hash, hashes);
        let mut result = WorkflowResult::new(&header, RunStatus::Completed, Vec::new(), None, 0, hash);
        result.steps_completed = N_STEPS;
        recorder.record_run_end(&result).await.expect("it writes");
    });
    let length = std::fs::metadata(recorder.path_of(&run_id()))
        .expect("it is there")
        .len();
    assert!(
        (N_BYTES..N_BYTES + N_BYTES / 4).contains(&length),
        "{length} bytes"
    );
}

/// Does `work` with the golden in `folder` and prints how long it took, and the peak of memory in megabytes.
#[expect(clippy::print_stdout, reason = "this is what the process answers")]
pub(crate) fn measure(work: &str, folder: &Path) {
    let ring = KeyRing::development();
    let path = GoldenRecorder::new(folder, ring.clone()).path_of(&run_id());
    let began = Instant::now();
    match work {
        "hash" => {
            // All bytes are read before, as the cache of the system holds them for the others.
            let bytes = std::fs::read(&path).expect("it is there");
            let began = Instant::now();
            std::hint::black_box(ContentHash::of_bytes(&bytes));
            return println!("{}", began.elapsed().as_secs_f64());
        }
        "verify" => drop(load_golden(&path, &ring).expect("it is genuine")),
        "compare" => {
            let golden = load_golden(&path, &ring).expect("it is genuine");
            let differences = compare_golden(&golden, &golden, &CompareOptions::default());
            assert!(differences.expect("it can be read").is_empty());
        }
        "replay" => replay_golden(&path, &ring),
        other => unreachable!("`{other}` is not measured"),
    }
    println!("{} {}", began.elapsed().as_secs_f64(), peak().unwrap_or_default());
}

/// Replays as `aos golden replay` does.
fn replay_golden(path: &Path, ring: &KeyRing) {
    let golden = load_golden(path, ring).expect("it is genuine");
    let mut recording = Recording::new(&golden).expect("it can be read");
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = GoldenRecorder::new(folder.path(), ring.clone());
    let run = NewRun::new(recording.plan().expect("it is whole"), run_id(), recording.seed());
    let mut skills = SkillRegistry::new();
    let manifest = SkillManifest::new("rows".parse().expect("valid"), "1", Effect::Pure);
    skills.register(Arc::new(Rows(manifest))).expect("the only one");
    let options = EngineOptions::default();
    let replayed = runtime().block_on(replay(run, &skills, &options, &mut recording, &recorder));
    let replayed = replayed.expect("the recording can be read");
    assert_eq!(
        (replayed.n_performed, replayed.n_served),
        (N_STEPS / 2, N_STEPS / 2)
    );
    let again = load_unverified(&recorder.path_of(&run_id())).expect("it is whole");
    assert_eq!(recording.divergences(&again).expect("it can be read"), []);
}

struct Rows(SkillManifest);

#[async_trait]
impl Skill for Rows {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        Ok(SkillOutput::new(output(context.step_index)))
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Returns the most memory that this process has had, in megabytes; `None` where the system does not tell.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1024.0)
}
