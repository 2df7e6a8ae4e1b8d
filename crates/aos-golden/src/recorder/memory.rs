//! Recording to memory: for tests, for replays, and to look before writing.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use aos_spec::{
    RunId, WorkflowResult,
    port::{RecorderError, RunRecorder, RunStart, StepRecord},
};
use async_trait::async_trait;

use crate::{
    error::Damage,
    golden::Golden,
    transcript::{RecorderOptions, Transcript, failed},
};

/// Keeps recordings in memory, unsigned. It writes what [`GoldenRecorder`](crate::GoldenRecorder) writes, byte for byte.
#[derive(Debug, Default)]
pub struct InMemoryGoldenRecorder {
    options: RecorderOptions,
    runs: Mutex<BTreeMap<RunId, (Transcript, Vec<u8>)>>,
}

impl InMemoryGoldenRecorder {
    /// Returns a recorder that hides nothing and records no moments.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a recorder with these options.
    #[must_use]
    pub fn with_options(options: RecorderOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Returns the golden of a run.
    ///
    /// # Errors
    ///
    /// [`Damage::Missing`] when the run was not recorded, and [`Damage::NoEnd`] when it has not ended.
    pub fn golden(&self, run_id: &RunId) -> Result<Golden, Damage> {
        let runs = self.runs();
        let (_, bytes) = runs.get(run_id).ok_or(Damage::Missing)?;
        Golden::from_bytes(bytes.as_slice())
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<RunId, (Transcript, Vec<u8>)>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(
        &self,
        run_id: &RunId,
        write: impl FnOnce(&mut Transcript, &mut Vec<u8>) -> Result<(), RecorderError>,
    ) -> Result<(), RecorderError> {
        let mut runs = self.runs();
        let (transcript, bytes) = runs
            .get_mut(run_id)
            .ok_or_else(|| failed(format!("the recording of run `{run_id}` was not begun")))?;
        write(transcript, bytes)
    }
}

#[async_trait]
impl RunRecorder for InMemoryGoldenRecorder {
    async fn record_run_start(&self, start: &RunStart) -> Result<(), RecorderError> {
        let mut bytes = Vec::new();
        let transcript = Transcript::start(self.options.clone(), start, &mut bytes)?;
        self.runs()
            .insert(start.header.run_id.clone(), (transcript, bytes));
        Ok(())
    }

    async fn record_step(&self, run_id: &RunId, step: &StepRecord) -> Result<(), RecorderError> {
        self.append(run_id, |transcript, bytes| transcript.step(step, bytes))
    }

    async fn record_run_end(&self, result: &WorkflowResult) -> Result<(), RecorderError> {
        self.append(&result.run_id, |transcript, bytes| transcript.end(result, bytes))
    }
}
