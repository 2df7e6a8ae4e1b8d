//! A disk that can lose power: what is not durable may be lost or kept, each thing by itself.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use aos_golden::fs::FileSystem;

/// What is on a disk after a crash.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

#[derive(Debug, Clone, Default)]
struct Content {
    written: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Change {
    Created { path: PathBuf, file: usize },
    Renamed { from: PathBuf, to: PathBuf, file: usize },
    Removed { path: PathBuf },
}

#[derive(Debug, Default)]
struct State {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    changes: Vec<Change>,
    operations_left: Option<usize>,
    n_operations: usize,
}

/// A disk whose power goes after a number of operations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

impl Disk {
    /// A disk with `files` on it whose power goes after `operations` further ones.
    pub(crate) fn new(files: &Files, operations: Option<usize>) -> Self {
        let mut state = State {
            operations_left: operations,
            ..State::default()
        };
        for (path, bytes) in files {
            state.names.insert(path.clone(), state.files.len());
            state.files.push(Content {
                written: bytes.clone(),
                durable: bytes.clone(),
            });
        }
        state.durable_names.clone_from(&state.names);
        Self(Arc::new(Mutex::new(state)))
    }

    /// How many operations were performed.
    pub(crate) fn n_operations(&self) -> usize {
        self.0.lock().unwrap().n_operations
    }

    /// Everything that may be on the disk when the power comes back.
    pub(crate) fn survivors(&self) -> Vec<Files> {
        let state = self.0.lock().unwrap();
        assert!(state.changes.len() < 8, "too many changes to try all");
        let mut survivors = Vec::new();
        for kept in 0..1_usize << state.changes.len() {
            let kept = state
                .changes
                .iter()
                .enumerate()
                .filter(|(index, _)| kept >> index & 1 == 1);
            let mut names = state.durable_names.clone();
            for (_, change) in kept {
                match change {
                    Change::Created { path, file } => drop(names.insert(path.clone(), *file)),
                    Change::Removed { path } => drop(names.remove(path)),
                    Change::Renamed { from, to, file } => {
                        names.remove(from);
                        names.insert(to.clone(), *file);
                    }
                }
            }
            // Of what was written and is not durable, nothing, a half or all of it is there.
            for eighths in [0, 4, 8] {
                let files = names.iter().map(|(path, file)| {
                    let Content { written, durable } = &state.files[*file];
                    let length = durable.len() + written.len().saturating_sub(durable.len()) * eighths / 8;
                    (path.clone(), written[..length.min(written.len())].to_vec())
                });
                survivors.push(files.collect());
            }
        }
        survivors.sort();
        survivors.dedup();
        survivors
    }

    fn operate<T>(&self, work: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.0.lock().unwrap();
        match &mut state.operations_left {
            Some(0) => return Err(io::Error::other("the power is gone")),
            Some(left) => *left -= 1,
            None => {}
        }
        state.n_operations += 1;
        work(&mut state)
    }
}

impl State {
    fn file(&self, path: &Path) -> io::Result<usize> {
        self.names
            .get(path)
            .copied()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl FileSystem for Disk {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.operate(|state| {
            if let Some(file) = state.names.get(path).copied() {
                state.files[file].durable.clear();
                state.files[file].written = bytes.to_vec();
                return Ok(());
            }
            let file = state.files.len();
            state.files.push(Content {
                written: bytes.to_vec(),
                durable: Vec::new(),
            });
            state.names.insert(path.into(), file);
            state.changes.push(Change::Created {
                path: path.into(),
                file,
            });
            Ok(())
        })
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
        self.operate(|state| {
            let file = state.file(path)?;
            let content = &mut state.files[file].written;
            if content.len() as u64 != length {
                return Err(io::ErrorKind::InvalidData.into());
            }
            content.extend_from_slice(bytes);
            Ok(())
        })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.operate(|state| {
            let file = state.file(path)?;
            Ok(Box::new(Cursor::new(state.files[file].written.clone())) as Box<dyn Read + Send>)
        })
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        self.operate(|state| {
            Ok(state
                .file(path)
                .ok()
                .map(|file| state.files[file].written.len() as u64))
        })
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.operate(|state| {
            let file = state.file(path)?;
            state.files[file].durable = state.files[file].written.clone();
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operate(|state| {
            let file = state.file(from)?;
            state.names.remove(from);
            state.names.insert(to.into(), file);
            let (from, to) = (from.into(), to.into());
            state.changes.push(Change::Renamed { from, to, file });
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operate(|state| {
            state.file(path)?;
            state.names.remove(path);
            state.changes.push(Change::Removed { path: path.into() });
            Ok(())
        })
    }

    fn create_folder(&self, _: &Path) -> io::Result<()> {
        self.operate(|_| Ok(()))
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.operate(|state| {
            state.changes.clear();
            state.durable_names.clone_from(&state.names);
            Ok(())
        })
    }
}
