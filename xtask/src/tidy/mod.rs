//! `cargo xtask tidy`: the rules of `STYLE.md` that a tool can hold and that clippy and rustfmt do not.
//!
//! A rule is a pure function from the [`Tree`] to its findings and a row in [`RULES`]. Whoever adds one adds a test that
//! shows it failing.

mod changelog;
mod code;
mod manifest;
mod markdown;
mod modules;
mod source;
mod text;
mod tree;

use anyhow::Result;

pub use tree::Tree;

use crate::{
    args::Args,
    command::{Verdict, verdict},
    finding::Finding,
    workspace,
};

/// A rule that every file of the repository keeps.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The name, as shown behind each finding.
    pub name: &'static str,
    /// What holds.
    pub holds: &'static str,
    /// Finds what does not.
    pub check: fn(&Tree) -> Vec<Finding>,
}

/// A file that may break a rule.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// The rule.
    pub rule: &'static str,
    /// The file, or a folder ending in `/`.
    pub path: &'static str,
    /// Why, as a sentence.
    pub reason: &'static str,
}

/// All rules.
pub const RULES: &[Rule] = &[
    Rule {
        name: "header",
        holds: "every Rust file opens with `//!`",
        check: source::header,
    },
    Rule {
        name: "length",
        holds: "no Rust file is longer than 400 lines",
        check: source::length,
    },
    Rule {
        name: "modules",
        holds: "every Rust file beside a main.rs, lib.rs or mod.rs is declared there",
        check: modules::declared,
    },
    Rule {
        name: "unfinished",
        holds: "no `todo!`, `unimplemented!` or `dbg!`, under any configuration",
        check: source::unfinished,
    },
    Rule {
        name: "hash-map",
        holds: "no `HashMap` or `HashSet`, whose order is random",
        check: source::hash_map,
    },
    Rule {
        name: "ignore",
        holds: "a test that is switched off says why",
        check: source::ignore,
    },
    Rule {
        name: "whitespace",
        holds: "no trailing blanks, one newline at the end, LF line ends",
        check: text::whitespace,
    },
    Rule {
        name: "machine-path",
        holds: "no path of a particular machine outside tests",
        check: text::machine_path,
    },
    Rule {
        name: "wording",
        holds: "the text speaks of the project, and nothing in it is marked as unfinished",
        check: text::wording,
    },
    Rule {
        name: "manifest",
        holds: "every package has a description and inherits version, edition, licence, lints and dependencies",
        check: manifest::inherits,
    },
    Rule {
        name: "links",
        holds: "relative links in Markdown lead to a file and a heading",
        check: markdown::links,
    },
    Rule {
        name: "changelog",
        holds: "a changelog fragment has a kind and a sentence",
        check: changelog::fragments,
    },
];

/// Files that may break a rule. An entry that is not needed any more is refused.
pub const EXCEPTIONS: &[Exception] = &[];

/// Checks the files of this repository.
///
/// # Errors
///
/// When the command line is wrong or a file cannot be read.
pub fn command(words: &[String]) -> Result<Verdict> {
    let args = Args::parse(words, &["--list"], &[])?;
    args.no_rest()?;
    if args.has("--list") {
        for rule in RULES {
            println!("{:<13} {}", rule.name, rule.holds);
        }
        return Ok(Verdict::Held);
    }
    let tree = Tree::read(&workspace::root())?;
    let held = format!("{} files keep {} rules", tree.texts().count(), RULES.len());
    Ok(verdict("tidy", &check(&tree, EXCEPTIONS), &held))
}

/// Returns whatever in `tree` breaks a rule without an exception, and every exception that is not needed.
#[must_use]
pub fn check(tree: &Tree, exceptions: &[Exception]) -> Vec<Finding> {
    let mut is_needed = vec![false; exceptions.len()];
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(tree)).collect();
    findings.retain(|finding| {
        let position = exceptions.iter().position(|exception| exception.covers(finding));
        if let Some(position) = position {
            is_needed[position] = true;
        }
        position.is_none()
    });
    for (exception, _) in exceptions.iter().zip(is_needed).filter(|(_, needed)| !needed) {
        findings.push(Finding::in_file(
            exception.rule,
            exception.path,
            "the exception for this file is not needed; remove it from xtask/src/tidy/mod.rs",
        ));
    }
    findings.sort();
    findings
}

impl Exception {
    fn covers(&self, finding: &Finding) -> bool {
        let is_inside = self.path.ends_with('/') && finding.path.starts_with(self.path);
        self.rule == finding.rule && (self.path == finding.path || is_inside)
    }
}
