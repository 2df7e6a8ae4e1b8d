//! What this process counts, and how it reaches a monitoring system: on a port while the process lives, and in a file
//! that outlives it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use aos_metrics::{Exporter, Metrics, MetricsOptions, MetricsServer, Readiness};
use aos_sandbox::policy;
use aos_spec::port::{RunEvent, RunObserver};

use crate::{
    error::CliError,
    output::Output,
    store::{Store, SystemClock},
};

/// What the command counts. Nothing is made until somebody asks for it.
#[derive(Debug, Default)]
pub(crate) struct CommandMetrics {
    file: Option<PathBuf>,
    exporter: OnceLock<Exporter>,
}

impl CommandMetrics {
    /// Returns metrics that are added to the counts in `file` when the command ends.
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        Self {
            file,
            exporter: OnceLock::new(),
        }
    }

    /// Returns the metrics to count with, if anybody reads them.
    pub(crate) fn read(&self) -> Option<&Metrics> {
        let is_read = self.file.is_some() || self.exporter.get().is_some();
        is_read.then(|| self.exporter().metrics())
    }

    /// Returns the observer for an engine, if anybody reads what it counts.
    pub(crate) fn observer(&self) -> Option<Arc<dyn RunObserver>> {
        Some(Arc::new(self.read()?.clone()))
    }

    /// Returns the metrics and their text, for a command that is there to show them.
    pub(crate) fn exporter(&self) -> &Exporter {
        self.exporter.get_or_init(|| {
            let options = MetricsOptions::default().with_forbidden_skills(policy::built_in());
            Exporter::new(Arc::new(SystemClock), &options)
        })
    }

    /// Serves the metrics on `addr`, and whether `store` answers.
    pub(crate) async fn serve(
        &self,
        output: &Output,
        addr: SocketAddr,
        store: &Store,
    ) -> Result<MetricsServer, CliError> {
        let ready = Readiness::of_store(store.port());
        let server = MetricsServer::bind(addr, self.exporter().clone(), ready).await;
        let server = server.map_err(|error| refused(addr, &error))?;
        if !addr.ip().is_loopback() {
            output.note("note: whoever reaches this address can read the metrics; there is no password");
        }
        Ok(server)
    }

    /// Adds what was counted to the file, if there is to be one.
    pub(crate) fn write(&self) -> Result<(), CliError> {
        match &self.file {
            Some(path) => add_to(path, self.exporter()).map_err(|error| {
                CliError::io("write the metrics", path, &error)
                    .instead("name a file in a folder that exists and can be written")
            }),
            None => Ok(()),
        }
    }
}

fn refused(addr: SocketAddr, error: &io::Error) -> CliError {
    let advice = match error.kind() {
        ErrorKind::AddrInUse => {
            "another process listens there: choose another port; port 0 takes any that is free"
        }
        ErrorKind::AddrNotAvailable => "choose an address of this machine, such as 127.0.0.1:9464",
        _ => "choose another address, such as 127.0.0.1:9464",
    };
    CliError::new(aos_spec::ErrorCode::IoError, format!("listen: {error}"))
        .at(addr)
        .instead(advice)
}

/// Adds what `exporter` holds to the counts in the file at `path`, which readers see as it was or as it is then.
fn add_to(path: &Path, exporter: &Exporter) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Commands that end at the same time add one after the other. The lock ends with the handle.
    let lock = File::open(folder.unwrap_or(Path::new(".")))?;
    lock.lock()?;
    let previous = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
    name.push(".tmp");
    let written = path.with_file_name(name);
    fs::write(&written, exporter.render_onto(&previous))?;
    fs::rename(&written, path)
}

/// Several observers as one.
pub(crate) struct Observers(Vec<Arc<dyn RunObserver>>);

impl Observers {
    /// Returns one observer for all that are there; none when there are none.
    pub(crate) fn of(
        observers: impl IntoIterator<Item = Option<Arc<dyn RunObserver>>>,
    ) -> Option<Arc<dyn RunObserver>> {
        let mut all: Vec<_> = observers.into_iter().flatten().collect();
        match all.len() {
            0 | 1 => all.pop(),
            _ => Some(Arc::new(Self(all))),
        }
    }
}

impl RunObserver for Observers {
    fn observe(&self, event: &RunEvent<'_>) {
        self.0.iter().for_each(|observer| observer.observe(event));
    }
}
