//! Signing, and putting a golden with its signature in place.

use std::{io, path::Path, sync::Arc};

use super::{
    Golden, VerifiedGolden, check_contents,
    load::{damaged, io_error, os},
    load_golden_on,
};
use crate::{
    error::{Damage, GoldenError},
    fs::FileSystem,
    key::{GoldenKey, KeyRing},
    line::LineReader,
    paths::{file_name, folder_of, golden_file_name, new_signature_path, signature_path},
    signature::{Signed, sign},
};

/// Signs the unsigned golden at `path` with the signing key of `ring`.
///
/// # Errors
///
/// [`GoldenError::Refused`] when it has a signature, even a bad one: signing again would hide what was changed. Otherwise as
/// [`load_unverified`](crate::load_unverified).
pub fn sign_golden(path: &Path, ring: &KeyRing) -> Result<VerifiedGolden, GoldenError> {
    let fs = os();
    let sig_path = signature_path(path);
    if fs.length(&sig_path).map_err(io_error(&sig_path))?.is_some() {
        return Err(GoldenError::Refused {
            path: sig_path,
            reason: "there is a signature already; verify the golden, then give it another key with `rekey`",
        });
    }
    let key = ring.signing_key();
    if fs.length(path).map_err(io_error(path))?.is_none() {
        return Err(damaged(path)(Damage::Missing));
    }
    let mut lines = LineReader::new(fs.open(path).map_err(io_error(path))?, Some(key.start_mac()));
    let contents = check_contents(&mut lines)
        .map_err(io_error(path))?
        .map_err(damaged(path))?;
    let (bytes, mac) = lines.finish().map_err(io_error(path))?;
    let run_id = &contents.start.run_id;
    if golden_file_name(run_id) != file_name(path) {
        return Err(damaged(path)(Damage::Renamed {
            signed_as: golden_file_name(run_id),
        }));
    }
    let signed = Signed {
        run_id,
        bytes,
        events: contents.step_ids.len() + 2,
        mac: mac.map(crate::key::Mac::finish).unwrap_or_default(),
    };
    write_signature(&fs, path, &sign(&signed, key)).map_err(io_error(&sig_path))?;
    load_golden_on(&fs, path, ring)
}

/// Verifies the golden at `path` with `ring`, and signs it anew with `key`.
///
/// # Errors
///
/// As [`load_golden`](crate::load_golden); the signature is then unchanged.
pub fn rekey_golden(path: &Path, ring: &KeyRing, key: &GoldenKey) -> Result<VerifiedGolden, GoldenError> {
    let fs = os();
    let golden = load_golden_on(&fs, path, ring)?;
    let signature = signature_by(key, &golden)?;
    write_signature(&fs, path, &signature).map_err(io_error(&signature_path(path)))?;
    load_golden_on(&fs, path, &KeyRing::new(key.clone()))
}

/// Returns the signature of `golden` by `key`.
pub(crate) fn signature_by(key: &GoldenKey, golden: &Golden) -> Result<Vec<u8>, GoldenError> {
    let mut mac = key.start_mac();
    let mut bytes = 0;
    let mut lines = golden.lines()?;
    while let Some(line) = lines.next_line()? {
        mac.update(line);
        mac.update(b"\n");
        bytes += line.len() as u64 + 1;
    }
    let signed = Signed {
        run_id: golden.run_id(),
        bytes,
        events: golden.n_events(),
        mac: mac.finish(),
    };
    Ok(sign(&signed, key))
}

/// What is put in place as the golden at `target`.
pub(crate) struct Published<'a> {
    /// The whole golden under another name in the same folder.
    pub(crate) source: &'a Path,
    pub(crate) target: &'a Path,
    pub(crate) signature: &'a [u8],
}

/// Puts a golden in place where there is none. At every instant a file of the name `target` is whole and has its signature.
///
/// The content is made durable before anything gets its name, and the signature gets its name, durably, before the golden does.
pub(crate) fn publish(fs: &Arc<dyn FileSystem>, published: &Published<'_>) -> io::Result<()> {
    fs.sync(published.source)?;
    write_signature(fs, published.target, published.signature)?;
    fs.rename(published.source, published.target)?;
    fs.sync_folder(folder_of(published.target))
}

fn write_signature(fs: &Arc<dyn FileSystem>, path: &Path, signature: &[u8]) -> io::Result<()> {
    let new = new_signature_path(path);
    fs.create(&new, signature)?;
    fs.sync(&new)?;
    fs.rename(&new, &signature_path(path))?;
    fs.sync_folder(folder_of(path))
}
