//! Goldens as they are read: checked as a whole once, then gone through event by event.

mod contents;
mod load;
mod sign;

use std::{
    fmt,
    fs::File,
    io::{self, BufWriter, Write},
    ops::Deref,
    path::{Path, PathBuf},
    sync::Arc,
};

use aos_spec::{RunId, StepId};

pub(crate) use contents::{Contents, check_contents};
pub(crate) use load::load_unverified_from;
pub use load::{load_golden, load_golden_on, load_unverified, verify_golden};
pub(crate) use sign::{Published, publish, signature_by};
pub use sign::{rekey_golden, sign_golden};

use crate::{
    error::{Damage, GoldenError},
    event::{EventLine, GoldenEvent, RunEndEvent, RunStartEvent},
    fs::FileSystem,
    key::{GoldenKey, KeyClass, KeyId, Mac, Tag},
    line::LineReader,
};

/// A whole and well-formed golden, in memory or in a file.
///
/// Of one in a file only the first event, the last event and the ids of the steps are in memory. The rest is read again when it
/// is asked for.
#[derive(Debug, Clone)]
pub struct Golden {
    origin: Origin,
    contents: Arc<Contents>,
}

#[derive(Clone)]
enum Origin {
    Memory(Arc<[u8]>),
    File {
        fs: Arc<dyn FileSystem>,
        path: PathBuf,
        seal: Option<Arc<(GoldenKey, Tag)>>,
    },
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::File { path, .. } => path.fmt(f),
        }
    }
}

impl Golden {
    /// Returns the golden that `bytes` are.
    ///
    /// # Errors
    ///
    /// [`Damage`] when the bytes are not a whole golden.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Self, Damage> {
        let bytes: Arc<[u8]> = bytes.into();
        let mut lines = LineReader::new(&*bytes, None);
        let contents = check_contents(&mut lines).map_err(|error| Damage::MalformedEvent {
            line: lines.n_lines(),
            reason: error.to_string(),
        })??;
        Ok(Self {
            origin: Origin::Memory(bytes),
            contents: Arc::new(contents),
        })
    }

    /// Returns the run.
    #[must_use]
    pub fn run_id(&self) -> &RunId {
        &self.contents.start.run_id
    }

    /// Returns the first event.
    #[must_use]
    pub fn start(&self) -> &RunStartEvent {
        &self.contents.start
    }

    /// Returns the last event.
    #[must_use]
    pub fn end(&self) -> &RunEndEvent {
        &self.contents.end
    }

    /// Returns the steps, in canonical order.
    #[must_use]
    pub fn step_ids(&self) -> &[StepId] {
        &self.contents.step_ids
    }

    /// Returns the number of events.
    #[must_use]
    pub fn n_events(&self) -> usize {
        self.contents.step_ids.len() + 2
    }

    /// Returns the events, read one by one.
    ///
    /// A verified golden is verified again on the way: when the file was changed since, the last item is an error, and what
    /// came before must not be used.
    ///
    /// # Errors
    ///
    /// [`GoldenError::Io`] when the file cannot be opened; each item, when it cannot be read.
    pub fn events(
        &self,
    ) -> Result<impl Iterator<Item = Result<GoldenEvent, GoldenError>> + use<>, GoldenError> {
        let mut lines = self.lines()?;
        Ok(std::iter::from_fn(move || {
            let number = lines.number() + 1;
            let line = match lines.next_line() {
                Ok(line) => line?,
                Err(error) => return Some(Err(error)),
            };
            let event = EventLine::new(line, number).and_then(|line| line.event());
            Some(event.map_err(|damage| lines.damaged(damage)))
        }))
    }

    /// Returns all bytes.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read, or was changed since it was verified.
    pub fn to_bytes(&self) -> Result<Vec<u8>, GoldenError> {
        let mut bytes = Vec::new();
        let mut lines = self.lines()?;
        while let Some(line) = lines.next_line()? {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        Ok(bytes)
    }

    /// Calls `visit` with one line after the other, without their LFs.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read, or was changed since it was verified: what was visited must then not be
    /// used. The first error of `visit`.
    pub fn for_each_line<E: From<GoldenError>>(
        &self,
        mut visit: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut lines = self.lines()?;
        while let Some(line) = lines.next_line()? {
            // The lines were found to be JSON when the golden was loaded.
            visit(&String::from_utf8_lossy(line))?;
        }
        Ok(())
    }

    /// Writes the golden, byte for byte and without a signature, to the file at `path`.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] when the golden cannot be read, was changed since it was verified, or cannot be written; what is in the file
    /// must then not be used.
    pub fn save_unsigned(&self, path: &Path) -> Result<(), GoldenError> {
        let failed = |source| GoldenError::Io {
            path: path.into(),
            source,
        };
        let mut file = BufWriter::new(File::create(path).map_err(failed)?);
        let mut lines = self.lines()?;
        while let Some(line) = lines.next_line()? {
            file.write_all(line)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(failed)?;
        }
        file.flush().map_err(failed)
    }

    /// Returns the lines, which were checked before and are verified again where there is a key.
    pub(crate) fn lines(&self) -> Result<Lines, GoldenError> {
        let (reader, path, seal): (Box<dyn io::Read + Send>, _, _) = match &self.origin {
            Origin::Memory(bytes) => (Box::new(io::Cursor::new(Arc::clone(bytes))), PathBuf::new(), None),
            Origin::File { fs, path, seal } => {
                let reader = fs.open(path).map_err(|source| GoldenError::Io {
                    path: path.clone(),
                    source,
                })?;
                (reader, path.clone(), seal.clone())
            }
        };
        let mac = seal.as_ref().map(|seal| seal.0.start_mac());
        Ok(Lines {
            reader: Some(LineReader::new(reader, mac)),
            number: 0,
            n_events: self.n_events(),
            path,
            tag: seal.map(|seal| seal.1),
        })
    }
}

/// The lines of a golden; ends with an error when the golden is not the verified one any more.
pub(crate) struct Lines {
    reader: Option<LineReader<Box<dyn io::Read + Send>>>,
    number: usize,
    n_events: usize,
    path: PathBuf,
    tag: Option<Tag>,
}

impl Lines {
    /// Returns the number of lines read so far.
    pub(crate) const fn number(&self) -> usize {
        self.number
    }

    /// Returns the next line; `None` at the end.
    pub(crate) fn next_line(&mut self) -> Result<Option<&[u8]>, GoldenError> {
        if self.number == self.n_events {
            return self.verify().map(|()| None);
        }
        self.number += 1;
        let path = &self.path;
        let damaged = |damage| GoldenError::Damaged {
            path: path.clone(),
            damage,
        };
        let reader = self.reader.as_mut().ok_or_else(|| damaged(Damage::MacMismatch))?;
        let line = reader.next_line().map_err(|source| GoldenError::Io {
            path: path.clone(),
            source,
        })?;
        match line {
            Some(line) => line.map(Some).map_err(damaged),
            None => Err(damaged(Damage::NoEnd)),
        }
    }

    /// Checks, once, that what was read is what was verified.
    fn verify(&mut self) -> Result<(), GoldenError> {
        let (Some(reader), Some(tag)) = (self.reader.take(), self.tag) else {
            return Ok(());
        };
        let (_, mac) = reader.finish().map_err(|source| self.io_error(source))?;
        if mac.is_some_and(|mac: Mac| mac.verify(&tag)) {
            return Ok(());
        }
        Err(self.damaged(Damage::MacMismatch))
    }

    fn io_error(&self, source: io::Error) -> GoldenError {
        GoldenError::Io {
            path: self.path.clone(),
            source,
        }
    }

    pub(crate) fn damaged(&self, damage: Damage) -> GoldenError {
        GoldenError::Damaged {
            path: self.path.clone(),
            damage,
        }
    }
}

/// A golden whose signature was good when it was loaded, and is checked again whenever the golden is read.
#[derive(Debug, Clone)]
pub struct VerifiedGolden {
    // INVARIANT: made only by verifying.
    golden: Golden,
    key_id: KeyId,
    key_class: KeyClass,
    n_bytes: u64,
}

impl VerifiedGolden {
    /// Returns the name of the key that signed.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Returns the class of the key that signed.
    #[must_use]
    pub const fn key_class(&self) -> KeyClass {
        self.key_class
    }

    /// Returns the length of the golden in bytes.
    #[must_use]
    pub const fn n_bytes(&self) -> u64 {
        self.n_bytes
    }
}

impl Deref for VerifiedGolden {
    type Target = Golden;

    fn deref(&self) -> &Golden {
        &self.golden
    }
}
