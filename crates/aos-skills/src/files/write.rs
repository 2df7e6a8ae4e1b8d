//! The skill `file_write`.

use std::io::{self, Read, Write};

use aos_spec::{
    Effect, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use cap_std::fs::Dir;
use cap_tempfile::TempFile;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    content::{self, Encoding},
    durable::{make_folders, sync},
    path,
    root::{self, FileRoot},
};
use crate::{blocking, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// The file, relative to the file root, with `/` between folders; missing folders are made.
    path: String,
    /// What the file is to hold.
    content: String,
    /// How the bytes are written in `content`.
    #[serde(default)]
    encoding: Encoding,
}

/// Documents the output. It says nothing about whether the file was different before: a repeated attempt must return
/// the same as the first.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Output {
    /// The file.
    path: String,
    /// The size of the file.
    bytes: usize,
    /// The SHA-256 of the bytes, as 64 hex digits.
    sha256: String,
}

/// `file_write`: replaces a file below the file root as a whole and returns `{path, bytes, sha256}`.
///
/// Inputs: `path`, relative to the root, whose missing folders are made; `content`; `encoding` of the content, `utf8`
/// (the default) or `base64`. Whoever reads the file finds the old content or the new, never a part, also when the
/// machine stops in between; when the step has completed, the new content is durable. Writing what is there already
/// changes nothing and succeeds.
///
/// Steps with this skill need an `idempotency_key`.
#[derive(Debug)]
pub struct FileWrite {
    manifest: SkillManifest,
    root: FileRoot,
}

impl FileWrite {
    /// Returns the skill for files below `root`.
    #[must_use]
    pub fn new(root: FileRoot) -> Self {
        let manifest = declare::manifest::<Inputs, Output>(
            "file_write",
            Effect::Idempotent,
            "Replaces a file below the file root as a whole.",
        );
        Self {
            manifest: manifest
                .with_input("path", InputKind::Path)
                .with_input("content", InputKind::Opaque)
                .with_input("encoding", InputKind::Enum)
                .requiring_idempotency_key(),
            root,
        }
    }
}

#[async_trait]
impl Skill for FileWrite {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let Inputs {
            path,
            content,
            encoding,
        } = declare::inputs(&self.manifest, &context.inputs)?;
        let path = path::normalize(&path)?;
        let bytes = encoding.decode(content)?;
        let root = self.root.clone();
        blocking::run(move || {
            write(root.dir(), &path, &bytes).map_err(|error| root::failure(&path, &error))?;
            Ok(SkillOutput::new(
                json!({ "path": path, "bytes": bytes.len(), "sha256": content::sha256(&bytes) }),
            ))
        })
        .await
    }
}

/// Makes `bytes` the durable content of the file at `path`.
fn write(root: &Dir, path: &str, bytes: &[u8]) -> io::Result<()> {
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    make_folders(root, folder)?;
    let folder = root.open_dir(folder)?;
    if holds(&folder, name, bytes)? {
        // An earlier attempt may have ended after its rename and before that was durable.
        sync(&folder, name)?;
    } else {
        replace(&folder, name, |file| file.write_all(bytes))?;
    }
    sync(&folder, ".")
}

/// Whether the file has exactly these bytes.
fn holds(folder: &Dir, name: &str, bytes: &[u8]) -> io::Result<bool> {
    match folder.symlink_metadata(name) {
        Ok(metadata) if metadata.is_file() && metadata.len() == bytes.len() as u64 => {}
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    let mut present = Vec::new();
    folder
        .open(name)?
        .take(bytes.len() as u64 + 1)
        .read_to_end(&mut present)?;
    Ok(present == bytes)
}

/// Replaces the file `name` by one that `write` fills. When that fails the old file is as it was, and nothing is left
/// of the new one.
fn replace(
    folder: &Dir,
    name: &str,
    write: impl FnOnce(&mut TempFile<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = TempFile::new(folder)?;
    write(&mut file)?;
    file.as_file().sync_all()?;
    file.replace(name)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use cap_std::{ambient_authority, fs::Dir};

    use super::replace;

    #[test]
    fn a_write_that_fails_halfway_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "old").unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        let result = replace(&dir, "a.txt", |file| {
            file.write_all(b"ne")?;
            Err(std::io::Error::other("the disk is full"))
        });
        assert_eq!(result.unwrap_err().to_string(), "the disk is full");
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
