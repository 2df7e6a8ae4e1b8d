//! How processes on one machine see at once that a worker is gone.
//!
//! Each worker holds a lock on a file of its own beside the database, and the operating system releases it with the
//! process, however that ends. Files are made, locked and removed only by who holds the write lock of the database,
//! so that processes do not race; looking needs none.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use aos_spec::WorkerId;

/// The folder of the lock files. Clones are for looking.
#[derive(Debug, Clone)]
pub(super) struct LockFolder(PathBuf);

impl LockFolder {
    /// Returns the folder beside `database`.
    pub(super) fn beside(database: &Path) -> Self {
        let mut folder = database.as_os_str().to_owned();
        folder.push(".workers");
        Self(folder.into())
    }

    /// Whether the process of a worker that locked its file is gone. A file that cannot be examined counts as locked.
    pub(super) fn is_gone(&self, worker: &WorkerId) -> bool {
        match File::open(self.file_of(worker)) {
            // Shared, so that two who look at the same time do not take each other for the worker.
            Ok(file) => file.try_lock_shared().is_ok(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Removes the file of a worker that is gone, and the folder with the last one.
    pub(super) fn remove(&self, worker: &WorkerId) {
        // What stays behind is found again by the next one who looks.
        let _ = fs::remove_file(self.file_of(worker));
        let _ = fs::remove_dir(&self.0);
    }

    fn file_of(&self, worker: &WorkerId) -> PathBuf {
        self.0.join(format!("{worker}.lock"))
    }
}

/// The locks that this process holds for its workers.
#[derive(Debug)]
pub(super) struct WorkerLocks {
    pub(super) folder: LockFolder,
    /// Without a file where the file system has no locks: then only time tells that a worker is gone.
    held: BTreeMap<WorkerId, Option<File>>,
}

/// Another process is this worker.
#[derive(Debug)]
pub(super) struct Taken;

impl WorkerLocks {
    /// Returns no locks.
    pub(super) const fn new(folder: LockFolder) -> Self {
        Self {
            folder,
            held: BTreeMap::new(),
        }
    }

    /// Returns the workers of this process.
    pub(super) fn workers(&self) -> impl Iterator<Item = &WorkerId> {
        self.held.keys()
    }

    /// Whether `worker` is one of this process.
    pub(super) fn knows(&self, worker: &WorkerId) -> bool {
        self.held.contains_key(worker)
    }

    /// Locks the file of `worker`, unless that is done. Returns whether there is a locked file.
    pub(super) async fn hold(&mut self, worker: &WorkerId) -> Result<bool, Taken> {
        if let Some(file) = self.held.get(worker) {
            return Ok(file.is_some());
        }
        let file = match self.lock(worker).await {
            Ok(file) => Some(file),
            Err(TryLockError::WouldBlock) => return Err(Taken),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%worker, %error, "no lock on the worker's file; a crash will be noticed by time alone");
                None
            }
        };
        let is_locked = file.is_some();
        self.held.insert(worker.clone(), file);
        Ok(is_locked)
    }

    async fn lock(&self, worker: &WorkerId) -> Result<File, TryLockError> {
        fs::create_dir_all(&self.folder.0).map_err(TryLockError::Error)?;
        let mut options = File::options();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.folder.file_of(worker))
            .map_err(TryLockError::Error)?;
        // Somebody who only looks holds the file for a moment.
        for _ in 0..20 {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(1)).await,
                result => return result.map(|()| file),
            }
        }
        Err(TryLockError::WouldBlock)
    }

    /// Releases the file of `worker` if it is one of this process, and removes it unless another process holds it.
    pub(super) fn release(&mut self, worker: &WorkerId) {
        drop(self.held.remove(worker));
        if self.folder.is_gone(worker) {
            self.folder.remove(worker);
        }
    }
}
