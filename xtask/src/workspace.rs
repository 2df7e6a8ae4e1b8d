//! The workspace as `cargo metadata` describes it.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The packages of a workspace.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// All packages, by name.
    pub packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub struct Package {
    /// The name.
    pub name: String,
    /// The manifest, relative to the root of the workspace.
    pub manifest: String,
    /// Whether the package may go to a registry.
    pub is_published: bool,
    /// Whether the package has a library.
    pub has_library: bool,
    /// The names of its benchmark programs.
    pub benches: Vec<String>,
    /// The features it declares, without `default`.
    pub features: Vec<String>,
    /// Whether it has default features.
    pub has_default: bool,
    /// Everything it depends on, in the workspace or not.
    pub dependencies: Vec<Dependency>,
}

/// A package that another one depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The name of the package.
    pub name: String,
    /// When it is needed.
    pub kind: Kind,
}

/// When a dependency is needed: the table of the manifest that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `[dependencies]`.
    Normal,
    /// `[dev-dependencies]`.
    Dev,
    /// `[build-dependencies]`.
    Build,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Normal => "dependencies",
            Self::Dev => "dev-dependencies",
            Self::Build => "build-dependencies",
        })
    }
}

/// Returns the root of this repository.
#[must_use]
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Returns a call of the cargo that runs this program, in `root` and without input.
#[must_use]
pub fn cargo(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(words).stdin(Stdio::null());
    command
}

impl Workspace {
    /// Asks cargo for the workspace in `root`; needs no network.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run or does not accept the manifests.
    pub fn load(root: &Path) -> Result<Self> {
        let output = cargo(root, &["metadata", "--format-version=1", "--no-deps"])
            .stderr(Stdio::inherit())
            .output()
            .context("run cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata: {}", output.status);
        }
        Self::from_metadata(&serde_json::from_slice(&output.stdout).context("read cargo metadata")?)
    }

    /// Reads the answer of `cargo metadata --no-deps`.
    ///
    /// # Errors
    ///
    /// When the answer does not have the form that cargo documents.
    pub fn from_metadata(metadata: &Value) -> Result<Self> {
        let root = text(&metadata["workspace_root"])?;
        let mut packages = list(&metadata["packages"])
            .map(|package| Package::from_metadata(package, root))
            .collect::<Result<Vec<_>>>()?;
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { packages })
    }

    /// Returns the package of this name.
    #[must_use]
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    fn from_metadata(package: &Value, root: &str) -> Result<Self> {
        let manifest = Path::new(text(&package["manifest_path"])?);
        let targets_of = |wanted: &str| {
            list(&package["targets"])
                .filter(|target| list(&target["kind"]).any(|kind| kind == wanted))
                .map(|target| Ok(text(&target["name"])?.to_owned()))
                .collect::<Result<Vec<_>>>()
        };
        let features: Vec<&String> = package["features"]
            .as_object()
            .map_or_else(Vec::new, |features| features.keys().collect());
        Ok(Self {
            name: text(&package["name"])?.to_owned(),
            manifest: manifest
                .strip_prefix(root)
                .unwrap_or(manifest)
                .display()
                .to_string()
                .replace('\\', "/"),
            is_published: !package["publish"].as_array().is_some_and(Vec::is_empty),
            has_library: !targets_of("lib")?.is_empty(),
            benches: targets_of("bench")?,
            has_default: features.iter().any(|name| *name == "default"),
            features: features
                .into_iter()
                .filter(|name| *name != "default")
                .cloned()
                .collect(),
            dependencies: list(&package["dependencies"])
                .map(Dependency::from_metadata)
                .collect::<Result<_>>()?,
        })
    }
}

impl Dependency {
    fn from_metadata(dependency: &Value) -> Result<Self> {
        Ok(Self {
            name: text(&dependency["name"])?.to_owned(),
            kind: match dependency["kind"].as_str() {
                None => Kind::Normal,
                Some("dev") => Kind::Dev,
                Some("build") => Kind::Build,
                Some(other) => bail!("unknown kind of dependency `{other}`"),
            },
        })
    }
}

fn text(value: &Value) -> Result<&str> {
    value
        .as_str()
        .with_context(|| format!("cargo metadata: expected a text, found {value}"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
