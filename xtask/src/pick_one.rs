//! `cargo xtask pick-one`: builds every library alone, in every feature set.
//!
//! In a build of the whole workspace the features that one package turns on are on for all of them, and hide what
//! another has forgotten to ask for. Whoever takes a single crate from the registry has no such luck.

use std::fmt;

use anyhow::{Context, Result};

use crate::{
    args::Args,
    command::Verdict,
    workspace::{self, Package, Workspace, cargo},
};

/// One library in one feature set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The package.
    pub package: String,
    /// The options that choose the features.
    pub features: Vec<String>,
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.package)?;
        self.features.iter().try_for_each(|word| write!(f, " {word}"))
    }
}

/// Builds everything that [`builds`] returns, or lists it.
///
/// # Errors
///
/// When the command line is wrong or cargo cannot be run.
pub fn command(words: &[String]) -> Result<Verdict> {
    let args = Args::parse(words, &["--list"], &[])?;
    args.no_rest()?;
    let root = workspace::root();
    let builds = builds(&Workspace::load(&root)?);
    if args.has("--list") {
        builds.iter().for_each(|build| println!("{build}"));
        return Ok(Verdict::Held);
    }
    let mut broken = Vec::new();
    for (n, build) in builds.iter().enumerate() {
        eprintln!("pick-one {}/{}: {build}", n + 1, builds.len());
        // Clippy instead of plain check: it can turn warnings of the package into errors without rebuilding everything.
        let status = cargo(
            &root,
            &["clippy", "--quiet", "--locked", "--lib", "--no-deps", "--package"],
        )
        .arg(&build.package)
        .args(&build.features)
        .args(["--", "--deny", "warnings"])
        .status()
        .context("run cargo clippy")?;
        if !status.success() {
            broken.push(build);
        }
    }
    if broken.is_empty() {
        println!(
            "pick-one: {} builds, each library alone in each feature set",
            builds.len()
        );
        return Ok(Verdict::Held);
    }
    for build in &broken {
        eprintln!("pick-one: does not build alone: {build}");
    }
    eprintln!("pick-one: {} of {} builds failed", broken.len(), builds.len());
    Ok(Verdict::Broken)
}

/// Returns the builds that show each published library alone: without features, with the default ones, with each
/// one, and with all.
#[must_use]
pub fn builds(workspace: &Workspace) -> Vec<Build> {
    let libraries = workspace
        .packages
        .iter()
        .filter(|package| package.has_library && package.is_published);
    libraries
        .flat_map(|package| {
            feature_sets(package).into_iter().map(|features| Build {
                package: package.name.clone(),
                features,
            })
        })
        .collect()
}

fn feature_sets(package: &Package) -> Vec<Vec<String>> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    if package.features.is_empty() {
        return vec![Vec::new()];
    }
    let mut sets = vec![words("--no-default-features")];
    if package.has_default {
        sets.push(Vec::new());
    }
    for feature in &package.features {
        sets.push(words(&format!("--no-default-features --features {feature}")));
    }
    if package.features.len() > 1 {
        sets.push(words("--all-features"));
    }
    sets
}
