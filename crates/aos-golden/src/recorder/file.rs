//! Recording to files.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aos_spec::{
    RunId, WorkflowResult,
    port::{RecorderError, RunRecorder, RunStart, StepRecord},
};
use async_trait::async_trait;

use crate::{
    compare::{CompareOptions, Difference, compare_golden, compare_start},
    error::GoldenError,
    fs::{FileSystem, OsFileSystem},
    golden::{Published, load_golden_on, load_unverified_from, publish},
    key::{KeyRing, Mac},
    line::LineReader,
    paths::{golden_file_name, partial_path},
    signature::{Signed, sign},
    transcript::{RecorderOptions, Transcript, failed},
};

/// Writes each run to `{run_id}.steps.jsonl` in a folder, with its signature beside it.
///
/// A run that has not ended is in `{run_id}.steps.jsonl.partial`. At the end its content is made durable, then its signature gets its
/// name, then the golden does: a file with the name of a golden is always whole and signed, wherever a crash strikes.
/// Recording a run again replaces what is partial. A finished golden is never replaced: recording its run again succeeds when
/// the outcome is the same, whatever the moments, and fails otherwise.
#[derive(Debug)]
pub struct GoldenRecorder {
    target: Arc<Target>,
    options: RecorderOptions,
    open: Mutex<BTreeMap<RunId, Arc<Mutex<OpenGolden>>>>,
}

impl GoldenRecorder {
    /// Returns a recorder that writes into `folder`, which it creates, and signs with the signing key of `ring`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, ring: KeyRing) -> Self {
        Self::on_file_system(Arc::new(OsFileSystem), folder, ring)
    }

    /// Returns a recorder on another file system than that of the operating system.
    #[must_use]
    pub fn on_file_system(fs: Arc<dyn FileSystem>, folder: impl Into<PathBuf>, ring: KeyRing) -> Self {
        Self {
            target: Arc::new(Target {
                fs,
                folder: folder.into(),
                ring,
            }),
            options: RecorderOptions::new(),
            open: Mutex::default(),
        }
    }

    /// Returns the recorder with these options.
    #[must_use]
    pub fn with_options(mut self, options: RecorderOptions) -> Self {
        self.options = options;
        self
    }

    /// Returns where the golden of a run is once it has ended.
    #[must_use]
    pub fn path_of(&self, run_id: &RunId) -> PathBuf {
        self.target.path_of(run_id)
    }

    fn open_golden(&self, run_id: &RunId) -> Result<Arc<Mutex<OpenGolden>>, RecorderError> {
        let open = locked(&self.open).get(run_id).cloned();
        open.ok_or_else(|| failed(format!("the recording of run `{run_id}` was not begun")))
    }
}

#[async_trait]
impl RunRecorder for GoldenRecorder {
    async fn record_run_start(&self, start: &RunStart) -> Result<(), RecorderError> {
        let mut line = Vec::new();
        let transcript = Transcript::start(self.options.clone(), start, &mut line)?;
        let target = Arc::clone(&self.target);
        let open = blocking(move || target.begin(transcript, &line)).await?;
        let open = Arc::new(Mutex::new(open));
        locked(&self.open).insert(start.header.run_id.clone(), open);
        Ok(())
    }

    async fn record_step(&self, run_id: &RunId, step: &StepRecord) -> Result<(), RecorderError> {
        let open = self.open_golden(run_id)?;
        let is_full = locked(&open).add_step(step)?;
        if is_full {
            let target = Arc::clone(&self.target);
            blocking(move || locked(&open).flush(&target)).await?;
        }
        Ok(())
    }

    async fn record_run_end(&self, result: &WorkflowResult) -> Result<(), RecorderError> {
        let open = self.open_golden(&result.run_id)?;
        locked(&self.open).remove(&result.run_id);
        locked(&open).add_end(result)?;
        let target = Arc::clone(&self.target);
        blocking(move || locked(&open).finish(&target)).await
    }
}

/// Where goldens are written to.
#[derive(Debug)]
struct Target {
    fs: Arc<dyn FileSystem>,
    folder: PathBuf,
    ring: KeyRing,
}

impl Target {
    fn path_of(&self, run_id: &RunId) -> PathBuf {
        self.folder.join(golden_file_name(run_id))
    }

    /// Begins the partial file with `line`.
    fn begin(&self, transcript: Transcript, line: &[u8]) -> Result<OpenGolden, RecorderError> {
        let path = &self.path_of(transcript.run_id());
        self.fs
            .create_folder(&self.folder)
            .map_err(cannot("create", &self.folder))?;
        let is_finished = self.fs.length(path).map_err(cannot("read", path))?.is_some();
        if is_finished {
            let golden = load_golden_on(&self.fs, path, &self.ring).map_err(unusable)?;
            if let Some(difference) =
                compare_start(line.strip_suffix(b"\n").unwrap_or_default(), &golden).map_err(unusable)?
            {
                return Err(is_another(path, &difference));
            }
        }
        let partial = partial_path(path);
        self.fs
            .create(&partial, line)
            .map_err(cannot("write", &partial))?;
        let mut mac = self.ring.signing_key().start_mac();
        mac.update(line);
        Ok(OpenGolden {
            transcript,
            path: path.clone(),
            partial,
            is_finished,
            n_written: line.len() as u64,
            buffer: Vec::new(),
            mac,
        })
    }
}

/// A golden that is being recorded.
#[derive(Debug)]
struct OpenGolden {
    transcript: Transcript,
    path: PathBuf,
    partial: PathBuf,
    /// Whether there was a finished golden of this run when it began.
    is_finished: bool,
    n_written: u64,
    buffer: Vec<u8>,
    mac: Mac,
}

/// Events are written in pieces of this size. Whatever is not written when a crash strikes is recorded again.
const BUFFER_BYTES: usize = 64 * 1024;

impl OpenGolden {
    /// Adds a step. Returns whether it is time to write.
    fn add_step(&mut self, step: &StepRecord) -> Result<bool, RecorderError> {
        self.transcript.step(step, &mut self.buffer)?;
        Ok(self.buffer.len() >= BUFFER_BYTES)
    }

    fn add_end(&mut self, result: &WorkflowResult) -> Result<(), RecorderError> {
        self.transcript.end(result, &mut self.buffer)
    }

    fn flush(&mut self, target: &Target) -> Result<(), RecorderError> {
        target
            .fs
            .append(&self.partial, self.n_written, &self.buffer)
            .map_err(cannot("write", &self.partial))?;
        self.mac.update(&self.buffer);
        self.n_written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn finish(&mut self, target: &Target) -> Result<(), RecorderError> {
        self.flush(target)?;
        if self.is_finished {
            return self.confirm(target);
        }
        let tag = self.mac.clone().finish();
        if !self
            .is_intact(target, tag)
            .map_err(cannot("read", &self.partial))?
        {
            return Err(failed(format!(
                "somebody else wrote to `{}` while it was recorded",
                self.partial.display()
            )));
        }
        let signed = Signed {
            run_id: self.transcript.run_id(),
            bytes: self.n_written,
            events: self.transcript.n_events(),
            mac: tag,
        };
        let published = Published {
            source: &self.partial,
            target: &self.path,
            signature: &sign(&signed, target.ring.signing_key()),
        };
        publish(&target.fs, &published).map_err(cannot("write", &self.path))
    }

    /// Whether the file holds what was written to it: only that may be signed.
    fn is_intact(&self, target: &Target, tag: crate::key::Tag) -> io::Result<bool> {
        let mac = target.ring.signing_key().start_mac();
        let (n_bytes, mac) = LineReader::new(target.fs.open(&self.partial)?, Some(mac)).finish()?;
        Ok(n_bytes == self.n_written && mac.is_some_and(|mac| mac.verify(&tag)))
    }

    /// Compares with the finished golden, which stays as it is.
    fn confirm(&self, target: &Target) -> Result<(), RecorderError> {
        let golden = load_golden_on(&target.fs, &self.path, &target.ring).map_err(unusable)?;
        let again = load_unverified_from(&target.fs, &self.partial).map_err(unusable)?;
        let differences = compare_golden(&again, &golden, &CompareOptions::default()).map_err(unusable)?;
        if let Some(difference) = differences.first() {
            return Err(is_another(&self.path, difference));
        }
        target
            .fs
            .remove(&self.partial)
            .and_then(|()| target.fs.sync_folder(&target.folder))
            .map_err(cannot("remove", &self.partial))
    }
}

fn is_another(path: &Path, difference: &Difference) -> RecorderError {
    failed(format!(
        "`{}` exists already, of a run that did something else ({difference}); remove it or choose another run id",
        path.display()
    ))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unusable(error: GoldenError) -> RecorderError {
    failed(format!(
        "the golden of this run exists already and cannot be used: {error}"
    ))
}

fn cannot(what: &str, path: &Path) -> impl Fn(io::Error) -> RecorderError {
    move |error| failed(format!("cannot {what} `{}`: {error}", path.display()))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `work`, which waits for the disk, where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecorderError> + Send + 'static,
) -> Result<T, RecorderError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime
            .spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(failed(format!("the writer stopped: {error}")))),
        Err(_) => work(),
    }
}
