//! Verifying goldens.
//!
//! The order of the checks: the two files exist; the signature has two lines; its seal is by a key of the ring; format, algorithm
//! and class; the name; the length; the MAC; and only then what the golden says. Lines are parsed while the MAC is computed, so that
//! the verified bytes and the parsed bytes are the same ones, but nothing that parsing found counts before the MAC has been checked.

use std::{
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use super::{Golden, Origin, VerifiedGolden, check_contents};
use crate::{
    error::{Damage, GoldenError},
    fs::{FileSystem, OsFileSystem},
    key::KeyRing,
    line::LineReader,
    paths::{file_name, golden_file_name, signature_path},
    signature::{self, MAX_SIGNATURE_BYTES},
};

/// Verifies the golden at `path` with its signature, and returns what it is.
///
/// # Errors
///
/// [`GoldenError::Damaged`] with one variant of [`Damage`] for each kind of damage; [`GoldenError::Io`].
pub fn load_golden(path: &Path, ring: &KeyRing) -> Result<VerifiedGolden, GoldenError> {
    load_golden_on(&os(), path, ring)
}

/// Verifies the golden at `path` with its signature.
///
/// # Errors
///
/// As [`load_golden`].
pub fn verify_golden(path: &Path, ring: &KeyRing) -> Result<(), GoldenError> {
    load_golden(path, ring).map(|_| ())
}

/// Returns the golden at `path` without looking for a signature: anybody may have written it.
///
/// # Errors
///
/// [`GoldenError::Damaged`] when it is not a whole golden; [`GoldenError::Io`].
pub fn load_unverified(path: &Path) -> Result<Golden, GoldenError> {
    load_unverified_from(&os(), path)
}

pub(super) fn os() -> Arc<dyn FileSystem> {
    Arc::new(OsFileSystem)
}

pub(crate) fn load_unverified_from(fs: &Arc<dyn FileSystem>, path: &Path) -> Result<Golden, GoldenError> {
    let reader = open(fs, path)?;
    let contents = check_contents(&mut LineReader::new(reader, None))
        .map_err(io_error(path))?
        .map_err(damaged(path))?;
    Ok(Golden {
        origin: Origin::File {
            fs: Arc::clone(fs),
            path: path.into(),
            seal: None,
        },
        contents: Arc::new(contents),
    })
}

/// Verifies the golden at `path` on the file system `fs`, as [`load_golden`] does on that of the operating system.
///
/// # Errors
///
/// As [`load_golden`].
pub fn load_golden_on(
    fs: &Arc<dyn FileSystem>,
    path: &Path,
    ring: &KeyRing,
) -> Result<VerifiedGolden, GoldenError> {
    let damaged = damaged(path);
    let length = fs.length(path).map_err(io_error(path))?;
    let found = length.ok_or_else(|| damaged(Damage::Missing))?;

    let sig_path = signature_path(path);
    let signature = read_signature(fs, &sig_path).map_err(io_error(&sig_path))?;
    let signature = signature.ok_or_else(|| damaged(Damage::Unsigned))?;
    let (header, key) = signature::open(&signature, ring).map_err(self::damaged(&sig_path))?;
    if header.file != file_name(path) || header.file != golden_file_name(&header.run_id) {
        return Err(damaged(Damage::Renamed {
            signed_as: header.file,
        }));
    }

    let byte_count = |found| Damage::ByteCount {
        signed: header.bytes,
        found,
    };
    if found != header.bytes {
        let was_converted = has_crlf(fs, path).map_err(io_error(path))?;
        return Err(damaged(if was_converted {
            Damage::LineEndings
        } else {
            byte_count(found)
        }));
    }
    // A file that grows while it is read is cut off where that shows.
    let reader = open(fs, path)?.take(header.bytes.saturating_add(1));
    let mut lines = LineReader::new(reader, Some(key.start_mac()));
    let contents = check_contents(&mut lines).map_err(io_error(path))?;
    let (n_bytes, mac) = lines.finish().map_err(io_error(path))?;
    if n_bytes != header.bytes {
        return Err(damaged(byte_count(n_bytes)));
    }
    if !mac.is_some_and(|mac| mac.verify(&header.mac)) {
        return Err(damaged(Damage::MacMismatch));
    }

    let contents = contents.map_err(&damaged)?;
    if contents.start.run_id != header.run_id {
        return Err(damaged(Damage::WrongRun {
            signed: header.run_id,
            found: contents.start.run_id,
        }));
    }
    let golden = Golden {
        origin: Origin::File {
            fs: Arc::clone(fs),
            path: path.into(),
            seal: Some(Arc::new((key.clone(), header.mac))),
        },
        contents: Arc::new(contents),
    };
    if golden.n_events() != header.events {
        return Err(damaged(Damage::EventCount {
            signed: header.events,
            found: golden.n_events(),
        }));
    }
    Ok(VerifiedGolden {
        golden,
        key_id: key.id(),
        key_class: key.class(),
        n_bytes,
    })
}

fn open(fs: &Arc<dyn FileSystem>, path: &Path) -> Result<Box<dyn Read + Send>, GoldenError> {
    fs.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => damaged(path)(Damage::Missing),
        _ => io_error(path)(source),
    })
}

fn read_signature(fs: &Arc<dyn FileSystem>, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let reader = match fs.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut content = Vec::new();
    reader.take(MAX_SIGNATURE_BYTES).read_to_end(&mut content)?;
    Ok(Some(content))
}

/// Whether the first line ends in CRLF, as after a conversion of line endings.
fn has_crlf(fs: &Arc<dyn FileSystem>, path: &Path) -> io::Result<bool> {
    let mut lines = LineReader::new(fs.open(path)?, None);
    let first = lines.next_line()?;
    Ok(matches!(first, Some(Ok([.., b'\r']))))
}

/// Returns what makes an error of the damage of the file at `path`.
pub(super) fn damaged(path: &Path) -> impl Fn(Damage) -> GoldenError {
    move |damage| GoldenError::Damaged {
        path: path.into(),
        damage,
    }
}

/// Returns what makes an error of an answer of the operating system about the file at `path`.
pub(super) fn io_error(path: &Path) -> impl Fn(io::Error) -> GoldenError {
    move |source| GoldenError::Io {
        path: path.into(),
        source,
    }
}
