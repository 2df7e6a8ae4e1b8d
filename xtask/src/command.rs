//! The commands of `cargo xtask`, and how they answer.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    args::UsageError, bench, ci, finding::Finding, golden, layers, ops, pick_one, sandbox_score, test, tidy,
    tools,
};

/// One command.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// What is typed after `cargo xtask`.
    pub name: &'static str,
    /// What may follow the name.
    pub usage: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// Does it.
    pub run: fn(&[String]) -> Result<Verdict>,
}

/// What a command answers when it could do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// What was checked holds.
    Held,
    /// It does not; what is wrong has been printed.
    Broken,
    /// It does not, in a way that this exit code tells; what is wrong has been printed.
    BrokenWith(u8),
    /// Nothing was checked, for this reason.
    NotRun(String),
}

/// All commands, those of every day first.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        usage: "[FILTER…] [-p PACKAGE…] [--long]",
        about: "run all tests, doctests included, and say where the time went",
        run: test::command,
    },
    Command {
        name: "ci",
        usage: "",
        about: "run everything that CI runs, one after another",
        run: ci::command,
    },
    Command {
        name: "format",
        usage: "",
        about: "check the formatting (`cargo fmt` mends it)",
        run: tools::format,
    },
    Command {
        name: "lint",
        usage: "",
        about: "run clippy on everything, warnings are errors",
        run: tools::lint,
    },
    Command {
        name: "tidy",
        usage: "[--list]",
        about: "check the rules of STYLE.md that a tool can hold",
        run: tidy::command,
    },
    Command {
        name: "layers",
        usage: "",
        about: "check which package uses which",
        run: layers::command,
    },
    Command {
        name: "pick-one",
        usage: "[--list]",
        about: "build every library alone, in every feature set",
        run: pick_one::command,
    },
    Command {
        name: "docs",
        usage: "",
        about: "build the documentation, warnings are errors",
        run: tools::docs,
    },
    Command {
        name: "deny",
        usage: "[advisories]",
        about: "check bans, licences and sources of all dependencies, or known vulnerabilities, with cargo-deny",
        run: tools::deny,
    },
    Command {
        name: "golden-check",
        usage: "[--filter TEXT] [--report-dir DIR]",
        about: "run the cases of `golden/` again and compare: 1 different, 2 tampered, 3 missing, 4 failed",
        run: golden::check,
    },
    Command {
        name: "golden-regen",
        usage: "--filter TEXT | --all",
        about: "record cases anew, beside their goldens",
        run: golden::regenerate,
    },
    Command {
        name: "golden-accept",
        usage: "(--filter TEXT | --all) --reason TEXT",
        about: "take over what was recorded anew",
        run: golden::accept,
    },
    Command {
        name: "setup-ops",
        usage: "",
        about: "install Prometheus and Alertmanager, which the tests of `ops/` ask, where they are missing",
        run: ops::command,
    },
    Command {
        name: "sandbox-score",
        usage: "[--corpus PATH]",
        about: "print how much of a corpus the sandbox detects, and how much it flags for nothing",
        run: sandbox_score::command,
    },
    Command {
        name: "bench",
        usage: "[NAME…] [--rounds N] [--strict]",
        about: "run the benchmark programs and compare them with their floors",
        run: bench::command,
    },
];

/// Runs one command line: 0 when what was checked holds, 1 when not, 2 when the command line is wrong. `golden-check` has codes of its own.
#[must_use]
pub fn run(words: &[String]) -> ExitCode {
    let Some((name, words)) = words.split_first() else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("xtask: unknown command `{name}`\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (command.run)(words) {
        Ok(Verdict::Held) => ExitCode::SUCCESS,
        Ok(Verdict::Broken) => ExitCode::FAILURE,
        Ok(Verdict::BrokenWith(code)) => ExitCode::from(code),
        Ok(Verdict::NotRun(reason)) => {
            eprintln!("{name}: not run: {reason}");
            ExitCode::FAILURE
        }
        Err(error) if error.is::<UsageError>() => {
            eprintln!("{name}: {error}\nusage: cargo xtask {name} {}", command.usage);
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what a check has found, or `held` when it has found nothing.
#[must_use]
pub fn verdict(check: &str, findings: &[Finding], held: &str) -> Verdict {
    if findings.is_empty() {
        println!("{check}: {held}");
        return Verdict::Held;
    }
    for finding in findings {
        eprintln!("{finding}");
    }
    let plural = if findings.len() == 1 { "" } else { "s" };
    eprintln!("{check}: {} problem{plural}", findings.len());
    Verdict::Broken
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask <command>\n\n");
    for Command {
        name, usage, about, ..
    } in COMMANDS
    {
        let left = format!("{name} {usage}");
        text.push_str(&format!("  {left:<40} {about}\n"));
    }
    text
}
