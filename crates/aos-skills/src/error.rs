//! What can go wrong when the skills are set up. What goes wrong in a step is a
//! [`StepFailure`](aos_spec::StepFailure).

use std::{io, path::PathBuf};

use aos_spec::{ErrorCode, failure::ErrorClass};

/// The folder that the file skills are confined to cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("open the file root `{}`: {source}", path.display())]
pub struct FileRootError {
    /// The folder as it was given.
    pub path: PathBuf,
    /// Why it cannot be opened.
    pub source: io::Error,
}

impl FileRootError {
    /// Returns the stable word for the error.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self.source.kind() {
            io::ErrorKind::NotFound => ErrorCode::DataNotFound,
            io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
            _ => ErrorCode::IoError,
        }
    }

    /// Returns what a caller should do: the same call will fail again until somebody corrects the folder.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Permanent
    }
}
