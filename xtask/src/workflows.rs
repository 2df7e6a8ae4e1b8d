//! `cargo xtask workflows`: what tools say about the workflow files of CI.

use std::{
    io,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, anyhow};

use crate::{args::Args, command::Verdict, workspace::root};

/// One tool, how it is called, and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// The program.
    pub program: &'static str,
    /// What stands before the file.
    pub words: &'static [&'static str],
    /// What installs it.
    pub install: &'static str,
}

/// The tools: security, the schema of workflow files, and what the schema cannot say.
pub const TOOLS: &[Tool] = &[
    Tool {
        program: "zizmor",
        words: &["--offline", "--no-progress", "--persona=pedantic"],
        install: "pip install zizmor==1.32.0",
    },
    Tool {
        program: "check-jsonschema",
        words: &["--builtin-schema", "vendor.github-workflows"],
        install: "pip install check-jsonschema==0.39.0",
    },
    Tool {
        program: "action-validator",
        words: &[],
        install: "npm install --global @action-validator/core@0.6.0 @action-validator/cli@0.6.0",
    },
];

/// The workflow files.
const FILES: &[&str] = &[".github/workflows/ci.yml"];

/// Asks all tools that are installed about all workflow files.
///
/// # Errors
///
/// When the command line is wrong or a tool that is there cannot be run.
pub fn command(words: &[String]) -> Result<Verdict> {
    Args::parse(words, &[], &[])?.no_rest()?;
    check(TOOLS)
}

/// Asks `tools`. Where one is missing, what the others find counts all the same.
///
/// # Errors
///
/// When a tool that is there cannot be run.
pub fn check(tools: &[Tool]) -> Result<Verdict> {
    let mut missing = Vec::new();
    let mut is_broken = false;
    for tool in tools {
        for file in FILES {
            match Command::new(tool.program)
                .args(tool.words)
                .arg(file)
                .current_dir(root())
                .stdin(Stdio::null())
                .status()
            {
                Ok(status) if status.success() => println!("workflows: {file}: {} is content", tool.program),
                Ok(_) => is_broken = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(tool),
                Err(error) => return Err(anyhow!(error)).with_context(|| format!("run {}", tool.program)),
            }
        }
    }
    if is_broken {
        eprintln!("workflows: failed");
        return Ok(Verdict::Broken);
    }
    if missing.is_empty() {
        return Ok(Verdict::Held);
    }
    let missing: Vec<_> = missing
        .iter()
        .map(|tool| format!("{} is not installed (`{}`)", tool.program, tool.install))
        .collect();
    Ok(Verdict::NotRun(missing.join("; ")))
}
