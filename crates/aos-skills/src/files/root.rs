//! The folder that files are confined to.

use std::{fmt, io, path::Path, sync::Arc};

use aos_spec::{ErrorCode, StepFailure};
use cap_std::{ambient_authority, fs::Dir};

use crate::FileRootError;

/// The folder that the file skills are confined to: no path and no symbolic link leads out of it.
///
/// It is opened once, so that a missing folder is known before anything runs. It stays the same folder when it is
/// renamed or another one takes its place. Cloning it shares it.
#[derive(Clone)]
pub struct FileRoot {
    dir: Arc<Dir>,
}

impl FileRoot {
    /// Opens an existing folder as file root.
    ///
    /// # Errors
    ///
    /// [`FileRootError`] when `path` is not a folder that can be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileRootError> {
        let path = path.as_ref();
        match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Ok(Self { dir: Arc::new(dir) }),
            Err(source) => Err(FileRootError {
                path: path.into(),
                source,
            }),
        }
    }

    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }
}

impl fmt::Debug for FileRoot {
    /// Leaves out where the folder is: what is confined to it need not know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileRoot").finish_non_exhaustive()
    }
}

/// Returns what a step fails with when `path`, below the file root, cannot be used.
pub(super) fn failure(path: &str, error: &io::Error) -> StepFailure {
    let (code, message) = match error.kind() {
        io::ErrorKind::NotFound => (
            ErrorCode::DataNotFound,
            format!("there is no `{path}` in the file root"),
        ),
        // Also what a symbolic link that leads out of the root ends with.
        io::ErrorKind::PermissionDenied => (ErrorCode::PermissionDenied, format!("`{path}`: {error}")),
        io::ErrorKind::IsADirectory => (ErrorCode::InvalidInput, format!("`{path}` is a folder")),
        io::ErrorKind::NotADirectory => (ErrorCode::InvalidInput, format!("`{path}` leads through a file")),
        io::ErrorKind::InvalidFilename => (ErrorCode::InvalidInput, format!("`{path}` is too long")),
        _ => (ErrorCode::IoError, format!("`{path}`: {error}")),
    };
    StepFailure::new(code, message)
}
