//! The skill `file_append`.

use std::io::{self, Write};

use aos_spec::{
    Effect, ErrorCode, SkillManifest, StepContext, StepFailure,
    port::Skill,
    skill::{InputKind, SkillOutput},
};
use async_trait::async_trait;
use cap_std::fs::{Dir, OpenOptions};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    durable::{make_folders, sync},
    path,
    root::{self, FileRoot},
};
use crate::{blocking, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inputs {
    /// The file, relative to the file root, with `/` between folders; missing folders and files are made.
    path: String,
    /// The text of the line, without a line break.
    line: String,
}

/// Documents the output.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Output {
    /// The file.
    path: String,
    /// The size of the line with its line break.
    bytes: usize,
}

/// `file_append`: adds a line to the end of a file below the file root and returns `{path, bytes}`.
///
/// Inputs: `path`, relative to the root, whose missing folders are made; `line`. When the step has completed, the line is
/// durable. A second call would add a second line, so the effect is [`Effect::Once`]: when a crash leaves unknown
/// whether the line was added, the run waits for a person.
#[derive(Debug)]
pub struct FileAppend {
    manifest: SkillManifest,
    root: FileRoot,
}

impl FileAppend {
    /// Returns the skill for files below `root`.
    #[must_use]
    pub fn new(root: FileRoot) -> Self {
        let manifest = declare::manifest::<Inputs, Output>(
            "file_append",
            Effect::Once,
            "Adds a line to the end of a file below the file root.",
        );
        Self {
            manifest: manifest
                .with_input("path", InputKind::Path)
                .with_input("line", InputKind::Opaque),
            root,
        }
    }
}

#[async_trait]
impl Skill for FileAppend {
    fn manifest(&self) -> &SkillManifest {
        &self.manifest
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        let Inputs { path, mut line } = declare::inputs(&self.manifest, &context.inputs)?;
        let path = path::normalize(&path)?;
        if line.contains(['\n', '\r']) {
            let message = "the input `line` holds a line break";
            return Err(StepFailure::new(ErrorCode::InvalidInput, message));
        }
        line.push('\n');
        let root = self.root.clone();
        blocking::run(move || {
            append(root.dir(), &path, line.as_bytes()).map_err(|error| root::failure(&path, &error))?;
            Ok(SkillOutput::new(json!({ "path": path, "bytes": line.len() })))
        })
        .await
    }
}

/// Adds `bytes` to the file at `path` and makes them durable.
fn append(root: &Dir, path: &str, bytes: &[u8]) -> io::Result<()> {
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    make_folders(root, folder)?;
    let folder = root.open_dir(folder)?;
    let mut file = folder.open_with(name, OpenOptions::new().append(true).create(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync(&folder, ".")
}
