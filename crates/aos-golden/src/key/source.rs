//! Where keys come from: a file or an environment variable, never an argument on a command line.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use zeroize::Zeroizing;

use crate::{
    error::KeyError,
    key::{GoldenKey, KeyClass, KeyId, KeyRing},
};

/// Names a file of keys, one on each line; the first one signs.
pub const KEY_FILE_VARIABLE: &str = "AOS_GOLDEN_KEY_FILE";

/// Holds one key: `hex:…` or `base64:…`.
pub const KEY_VARIABLE: &str = "AOS_GOLDEN_KEY";

const MAX_KEY_FILE_BYTES: usize = 64 * 1024;

impl KeyRing {
    /// Returns the keys that the environment names: those in the file of [`KEY_FILE_VARIABLE`], or else the one in
    /// [`KEY_VARIABLE`]. `variable` looks a variable up.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoKey`] when neither is set: there is no default. Otherwise as [`KeyRing::from_file`] and
    /// [`KeyRing::parse`].
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, KeyError> {
        // Build systems pass a secret that they do not have as an empty variable.
        let given = |name| variable(name).filter(|value| !value.is_empty());
        if let Some(path) = given(KEY_FILE_VARIABLE) {
            return Self::from_file(Path::new(&path));
        }
        let text = given(KEY_VARIABLE).map(Zeroizing::new);
        Self::parse(&text.ok_or(KeyError::NoKey)?, KEY_VARIABLE)
    }

    /// Returns the keys in the file at `path`, which must be closed to other users.
    ///
    /// # Errors
    ///
    /// [`KeyError::Io`], [`KeyError::OpenToOthers`]; otherwise as [`KeyRing::parse`].
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Io {
            path: path.into(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        if is_open_to_others(&file).map_err(failed)? {
            return Err(KeyError::OpenToOthers { path: path.into() });
        }
        // Large enough never to grow, since growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(2 * MAX_KEY_FILE_BYTES));
        file.take(MAX_KEY_FILE_BYTES as u64)
            .read_to_string(&mut text)
            .map_err(failed)?;
        Self::parse(&text, &format!("`{}`", path.display()))
    }
}

/// Writes a new random key into a new file that only its owner can read, and returns its name.
///
/// # Errors
///
/// [`KeyError::Io`], also when the file exists: a key is never overwritten. [`KeyError::NoRandomness`].
pub fn create_key_file(path: &Path, class: KeyClass) -> Result<KeyId, KeyError> {
    let key = GoldenKey::generate(class)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        let text = key.to_text();
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|source| KeyError::Io {
        path: path.into(),
        source,
    })?;
    Ok(key.id())
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

/// Elsewhere files are closed by the rules of their folder, which the owner sets.
#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}
