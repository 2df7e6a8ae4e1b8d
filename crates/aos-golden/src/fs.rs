//! The file system as a port, so that a test can stop it at any operation and lose what was not yet durable.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// What goldens need of a file system.
///
/// Content is durable after [`sync`](FileSystem::sync). That a file was created, renamed or removed is durable after
/// [`sync_folder`](FileSystem::sync_folder) of its folder, and may be lost or kept, each by itself, before.
pub trait FileSystem: fmt::Debug + Send + Sync {
    /// Creates the file, or empties the one that is there, and writes `bytes`.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Writes `bytes` at the end of a file that is `length` bytes long.
    ///
    /// # Errors
    ///
    /// As the operating system says; [`io::ErrorKind::InvalidData`] when the file has another length, because somebody
    /// else wrote to it.
    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns the file from its beginning.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;

    /// Returns the length of the file; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn length(&self, path: &Path) -> io::Result<Option<u64>>;

    /// Makes the content of the file durable.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Gives the file at `from` the name `to`, replacing what had it, at once or not at all.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes the file.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Creates the folder and those above it where they are missing, and makes that durable.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes durable which files are in the folder.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// The file system of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsFileSystem;

impl FileSystem for OsFileSystem {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(path, bytes)
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        if file.seek(SeekFrom::End(0))? != length {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "somebody else wrote to the file",
            ));
        }
        file.write_all(bytes)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path)?))
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        // Windows flushes only through a handle that may write.
        OpenOptions::new().write(true).open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        self.create_folder(parent)?;
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.sync_folder(parent),
        }
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // A folder cannot be opened on Windows, where NTFS journals its changes in order.
        if cfg!(unix) {
            File::open(path)?.sync_all()
        } else {
            Ok(())
        }
    }
}
