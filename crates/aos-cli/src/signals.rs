//! SIGINT and SIGTERM: the first asks for a clean checkpoint, the second ends the program at once.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{error::CliError, exit::Exit, output::Output};

/// Watches for signals from its creation on.
#[derive(Debug, Clone)]
pub(crate) struct Signals {
    // The number of the exit code for the signal that came; zero for none.
    came: Arc<AtomicU8>,
}

impl Signals {
    /// Begins to watch. At the first signal `interrupt` is called, which brings about what `note` says; the second ends the
    /// program.
    pub(crate) fn watch(
        output: Output,
        note: &'static str,
        interrupt: impl FnOnce() + Send + 'static,
    ) -> Result<Self, CliError> {
        let refused = |error| {
            CliError::new(
                aos_spec::ErrorCode::IoError,
                format!("watch for signals: {error}"),
            )
        };
        let mut int = signal(SignalKind::interrupt()).map_err(refused)?;
        let mut term = signal(SignalKind::terminate()).map_err(refused)?;
        let signals = Self {
            came: Arc::new(AtomicU8::new(0)),
        };
        let came = signals.came.clone();
        tokio::spawn(async move {
            let first = next(&mut int, &mut term).await;
            came.store(first.number(), Ordering::Release);
            output.note(&format!("interrupted: {note}; once more to stop at once"));
            interrupt();
            let second = next(&mut int, &mut term).await;
            std::process::exit(second.number().into());
        });
        Ok(signals)
    }

    /// Returns how the program ends because of a signal, if one came.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self.came.load(Ordering::Acquire) {
            130 => Some(Exit::Interrupted),
            143 => Some(Exit::Terminated),
            _ => None,
        }
    }
}

async fn next(int: &mut Signal, term: &mut Signal) -> Exit {
    tokio::select! {
        _ = int.recv() => Exit::Interrupted,
        _ = term.recv() => Exit::Terminated,
    }
}
