//! The registry of all built-in skills.

use std::{path::PathBuf, sync::Arc};

use aos_spec::{SkillRegistry, port::Skill};

use crate::{
    Assert, Echo, Fail, FileAppend, FileRead, FileRoot, FileRootError, FileWrite, JsonTransform, Noop,
    TextParse, Wait,
};

/// What the built-in skills may reach.
#[derive(Debug, Clone, Default)]
pub struct BuiltinOptions {
    file_root: Option<PathBuf>,
}

impl BuiltinOptions {
    /// Returns options under which no skill reaches anything outside the process: there are no file skills.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the options with `file_read`, `file_write` and `file_append`, confined to this folder.
    #[must_use]
    pub fn with_file_root(mut self, file_root: impl Into<PathBuf>) -> Self {
        self.file_root = Some(file_root.into());
        self
    }
}

/// Returns a registry of all built-in skills that `options` allow.
///
/// # Errors
///
/// [`FileRootError`] when there is to be a file root and it is not a folder that can be opened.
pub fn builtin(options: &BuiltinOptions) -> Result<SkillRegistry, FileRootError> {
    let mut skills: Vec<Arc<dyn Skill>> = vec![
        Arc::new(Assert::new()),
        Arc::new(Echo::new()),
        Arc::new(Fail::new()),
        Arc::new(JsonTransform::new()),
        Arc::new(Noop::new()),
        Arc::new(TextParse::new()),
        Arc::new(Wait::new()),
    ];
    if let Some(path) = &options.file_root {
        let root = FileRoot::open(path)?;
        skills.push(Arc::new(FileAppend::new(root.clone())));
        skills.push(Arc::new(FileRead::new(root.clone())));
        skills.push(Arc::new(FileWrite::new(root)));
    }
    let mut registry = SkillRegistry::new();
    for skill in skills {
        #[expect(clippy::expect_used, reason = "the ids above are distinct")]
        registry
            .register(skill)
            .expect("built-in skills have distinct ids");
    }
    Ok(registry)
}
