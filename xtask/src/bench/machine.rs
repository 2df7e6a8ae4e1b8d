//! The machine that a report was measured on.

use std::{
    fmt, fs,
    io::Write,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

const N_FLUSHES: usize = 101;

/// What a reader must know to compare the figures with those of another machine.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// The model of the processor.
    pub processor: String,
    /// The number of threads that run at once.
    pub n_cores: usize,
    /// The operating system and its version.
    pub kernel: String,
    /// The compiler.
    pub compiler: String,
    /// The file system below `target/`, where benchmarks keep their files, with its options.
    pub file_system: String,
    /// The median time to make 4 KiB durable there. A few microseconds mean that nothing is made durable at all.
    pub flush: Duration,
}

impl Machine {
    /// Asks the operating system, and measures a flush in `folder`.
    ///
    /// # Errors
    ///
    /// When nothing can be written to `folder`.
    pub fn probe(folder: &Path) -> Result<Self> {
        Ok(Self {
            processor: processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            n_cores: thread::available_parallelism().map_or(1, usize::from),
            kernel: answer("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            compiler: answer("rustc", &["--version"]).unwrap_or_default(),
            file_system: file_system(folder).unwrap_or_else(|| "unknown".to_owned()),
            flush: flush_time(folder).with_context(|| format!("measure a flush in {}", folder.display()))?,
        })
    }

    /// Returns the machine as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "processor": self.processor,
            "n_cores": self.n_cores,
            "kernel": self.kernel,
            "compiler": self.compiler,
            "file_system": self.file_system,
            "flush_us": self.flush.as_secs_f64() * 1e6,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            processor,
            n_cores,
            kernel,
            compiler,
            file_system,
            flush,
        } = self;
        let flush = flush.as_secs_f64() * 1e6;
        write!(
            f,
            "{processor}, {n_cores} cores; {kernel}; {compiler}; {file_system}, fdatasync of 4 KiB: {flush:.0} µs"
        )
    }
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(": ")?.1.to_owned())
}

fn answer(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success()).then(|| text.trim().to_owned())
}

/// Returns the type and options of the mount that holds `folder`.
fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, place, kind, options, ..] = fields[..] else {
            return None;
        };
        folder
            .starts_with(place)
            .then(|| (place.len(), format!("{kind} ({options})")))
    });
    mounts.max_by_key(|(length, _)| *length).map(|(_, text)| text)
}

fn flush_time(folder: &Path) -> std::io::Result<Duration> {
    let path = folder.join("flush.probe");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::with_capacity(N_FLUSHES);
    for _ in 0..N_FLUSHES {
        let start = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    fs::remove_file(path)?;
    times.sort();
    Ok(times[N_FLUSHES / 2])
}
