//! Making folders and names durable.

use std::io;

use cap_std::fs::Dir;

/// Makes the folders of `path` that are missing, each durable in the one above it.
pub(super) fn make_folders(root: &Dir, path: &str) -> io::Result<()> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let mut above = ".";
    for folder in ends.map(|end| &path[..end]) {
        match root.create_dir(folder) {
            Ok(()) => sync(root, above)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        above = folder;
    }
    Ok(())
}

/// Makes a file, or the names in a folder, durable.
pub(super) fn sync(dir: &Dir, path: &str) -> io::Result<()> {
    // Elsewhere folders are not opened as files, and files that are opened for reading are not flushed.
    if cfg!(unix) {
        dir.open(path)?.sync_all()?;
    }
    Ok(())
}
