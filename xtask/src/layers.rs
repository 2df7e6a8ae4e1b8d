//! `cargo xtask layers`: holds the graph of the workspace's packages.
//!
//! [`LAYERS`] says which package may use which. An edge that is not in the table is refused, and so is a row that is
//! not needed any more, so that the table is always the graph.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::{
    args::Args,
    command::{Verdict, verdict},
    finding::Finding,
    workspace::{self, Kind, Package, Workspace},
};

const RULE: &str = "layers";

/// What one package may use.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// The package.
    pub package: &'static str,
    /// What it may use in `[dependencies]` and in `[dev-dependencies]`.
    pub uses: Uses,
    /// What it may use in `[dev-dependencies]` besides.
    pub tests_with: &'static [&'static str],
}

/// Which packages of the workspace a package may use.
#[derive(Debug, Clone, Copy)]
pub enum Uses {
    /// These, and every one of them is used.
    Only(&'static [&'static str]),
    /// All that are not tools for development.
    AllProducts,
}

/// Packages that nothing may use, except as `[dev-dependencies]`.
pub const ONLY_FOR_TESTS: &[&str] = &["aos-testkit"];

/// Packages that nothing may use at all.
pub const NEVER_USED: &[&str] = &["xtask"];

/// The graph: everything points at `aos-spec`, and only the command line and the testkit see more.
///
/// A new edge is a row here, in a commit of its own that says why the packages cannot meet through a port.
pub const LAYERS: &[Layer] = &[
    layer("aos-spec", Uses::Only(&[])),
    layer("aos-checkpoint", Uses::Only(&["aos-spec"])),
    layer("aos-engine", Uses::Only(&["aos-spec"])),
    layer("aos-golden", Uses::Only(&["aos-spec"])),
    layer("aos-metrics", Uses::Only(&["aos-spec"])),
    layer("aos-policy", Uses::Only(&["aos-spec"])),
    layer("aos-sandbox", Uses::Only(&["aos-spec"])),
    layer("aos-skills", Uses::Only(&["aos-spec"])),
    layer("aos-cli", Uses::AllProducts),
    layer("aos-testkit", Uses::AllProducts),
    layer("xtask", Uses::Only(&[])),
];

const fn layer(package: &'static str, uses: Uses) -> Layer {
    Layer {
        package,
        uses,
        tests_with: &[],
    }
}

/// Checks the workspace of this repository.
///
/// # Errors
///
/// When the command line is wrong or cargo does not answer.
pub fn command(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    let workspace = Workspace::load(&workspace::root())?;
    let n_edges: usize = workspace
        .packages
        .iter()
        .map(|package| edges(&workspace, package).len())
        .sum();
    Ok(verdict(
        RULE,
        &check(&workspace, LAYERS),
        &format!(
            "{n_edges} edges between {} packages, all allowed",
            workspace.packages.len()
        ),
    ))
}

/// Returns every edge that `layers` does not allow, and every entry of it that is not used.
#[must_use]
pub fn check(workspace: &Workspace, layers: &[Layer]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        let Some(layer) = layers.iter().find(|layer| layer.package == package.name) else {
            findings.push(Finding::in_file(
                RULE,
                &package.manifest,
                format!(
                    "`{}` has no row in the layer table; add one to xtask/src/layers.rs",
                    package.name
                ),
            ));
            continue;
        };
        let edges = edges(workspace, package);
        for (name, kind) in &edges {
            if !layer.allows(name, *kind) {
                findings.push(Finding::in_file(
                    RULE,
                    &package.manifest,
                    forbidden(&package.name, name, *kind),
                ));
            }
        }
        findings.extend(unused(layer, package, &edges));
    }
    for layer in layers {
        if workspace.package(layer.package).is_none() {
            findings.push(Finding::in_file(
                RULE,
                "xtask/src/layers.rs",
                format!("no package is called `{}`; remove its row", layer.package),
            ));
        }
    }
    findings
}

impl Layer {
    fn allows(&self, name: &str, kind: Kind) -> bool {
        if NEVER_USED.contains(&name) {
            return false;
        }
        if ONLY_FOR_TESTS.contains(&name) {
            return kind == Kind::Dev;
        }
        let is_used = match self.uses {
            Uses::Only(names) => names.contains(&name),
            Uses::AllProducts => true,
        };
        match kind {
            Kind::Normal => is_used,
            Kind::Dev => is_used || self.tests_with.contains(&name),
            Kind::Build => false,
        }
    }
}

/// Returns the edges from `package` to other packages of the workspace.
fn edges<'w>(workspace: &'w Workspace, package: &'w Package) -> BTreeSet<(&'w str, Kind)> {
    package
        .dependencies
        .iter()
        .filter(|dependency| workspace.package(&dependency.name).is_some())
        .map(|dependency| (dependency.name.as_str(), dependency.kind))
        .collect()
}

fn unused(layer: &Layer, package: &Package, edges: &BTreeSet<(&str, Kind)>) -> Vec<Finding> {
    let uses = match layer.uses {
        Uses::Only(names) => names,
        Uses::AllProducts => &[],
    };
    let wanted = uses.iter().map(|name| (*name, Kind::Normal));
    wanted
        .chain(layer.tests_with.iter().map(|name| (*name, Kind::Dev)))
        .filter(|edge| !edges.contains(edge))
        .map(|(name, kind)| {
            Finding::in_file(
                RULE,
                "xtask/src/layers.rs",
                format!(
                    "the row of `{}` allows `{name}`, which is not in its {kind}; remove it",
                    package.name
                ),
            )
        })
        .collect()
}

fn forbidden(package: &str, name: &str, kind: Kind) -> String {
    let way_out = if NEVER_USED.contains(&name) {
        "nothing may use it"
    } else if ONLY_FOR_TESTS.contains(&name) {
        "only dev-dependencies may name it"
    } else if kind == Kind::Build {
        "no package of the workspace is built with another"
    } else {
        "packages meet through the ports of `aos-spec`; if the edge is meant, add it to the row in \
         xtask/src/layers.rs, in a commit of its own"
    };
    format!("`{package}` names `{name}` in its {kind}, and the layer table does not allow it: {way_out}")
}
