//! The skill `file_read`.

use std::io::Read;

use aos_spec::{
    Effect, ErrorCode, SkillManifest, StepContext, StepFailure, limits,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    content::{self, Encoding},
    path,
    root::{self, FileRoot},
};
use crate::{blocking, declare};

/// Most bytes that can be asked for: no step could take more as its input.
const MAX_BYTES: usize = limits::MAX_RESOLVED_INPUT_BYTES;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// The file, relative to the file root, with `/` between folders.
    path: String,
    /// How the bytes are written in `content`.
    #[serde(default)]
    encoding: Encoding,
    /// The most bytes that the file may have.
    #[serde(default = "default_max_bytes")]
    #[schemars(range(max = MAX_BYTES))]
    max_bytes: usize,
}

const fn default_max_bytes() -> usize {
    limits::DEFAULT_MAX_OUTPUT_BYTES
}

/// Documents the output.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Output {
    /// The file, as it was found.
    path: String,
    /// The size of the file.
    bytes: usize,
    /// The content, in the encoding that was asked for.
    content: String,
    /// The SHA-256 of the bytes, as 64 hex digits.
    sha256: String,
}

/// `file_read`: returns a file below the file root as `{path, bytes, content, sha256}`.
///
/// Inputs: `path`, relative to the root; `encoding`, `utf8` (the default) or `base64`; `max_bytes`, 1 MiB unless told
/// otherwise. A larger file fails with `OUTPUT_TOO_LARGE`, a missing one with `DATA_NOT_FOUND`, and a path that leads
/// out of the root with `PERMISSION_DENIED`.
#[derive(Debug)]
pub struct FileRead {
    manifest: SkillManifest,
    root: FileRoot,
}

impl FileRead {
    /// Returns the skill for files below `root`.
    #[must_use]
    pub fn new(root: FileRoot) -> Self {
        let manifest = declare::manifest::<Inputs, Output>(
            "file_read",
            Effect::Read,
            "Returns the content of a file below the file root.",
        );
        Self {
            manifest: manifest
                .with_input("path", InputKind::Path)
                .with_input("encoding", InputKind::Enum)
                .with_input("max_bytes", InputKind::Number),
            root,
        }
    }
}

#[async_trait]
impl Skill for FileRead {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let inputs: Inputs = declare::inputs(&self.manifest, &context.inputs)?;
        if inputs.max_bytes > MAX_BYTES {
            let message = format!("the input `max_bytes` must be at most {MAX_BYTES}");
            return Err(StepFailure::new(ErrorCode::InvalidInput, message));
        }
        let path = path::normalize(&inputs.path)?;
        let root = self.root.clone();
        blocking::run(move || {
            let bytes = read(&root, &path, inputs.max_bytes)?;
            let (n_bytes, sha256) = (bytes.len(), content::sha256(&bytes));
            let content = inputs.encoding.encode(bytes)?;
            Ok(SkillOutput::new(
                json!({ "path": path, "bytes": n_bytes, "content": content, "sha256": sha256 }),
            ))
        })
        .await
    }
}

/// Returns the bytes of a regular file.
fn read(root: &FileRoot, path: &str, max_bytes: usize) -> Result<Vec<u8>, StepFailure> {
    let failed = |error| root::failure(path, &error);
    // Asked before it is opened: opening a pipe would wait for somebody to write.
    let metadata = root.dir().metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(StepFailure::new(
            ErrorCode::InvalidInput,
            format!("`{path}` is a folder"),
        ));
    }
    if !metadata.is_file() {
        return Err(StepFailure::new(
            ErrorCode::InvalidInput,
            format!("`{path}` is not a regular file"),
        ));
    }
    let file = root.dir().open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(max_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > max_bytes {
        let message = format!(
            "`{path}` has {} bytes, and `max_bytes` is {max_bytes}",
            metadata.len()
        );
        return Err(StepFailure::new(ErrorCode::OutputTooLarge, message));
    }
    Ok(bytes)
}
