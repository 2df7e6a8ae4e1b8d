//! `aos golden`: whether goldens are genuine, in what they differ, and whether the program still does what they say.

mod diff;
mod divergence;
mod keygen;
mod rekey;
mod replay;
mod show;
mod sign;
mod verify;

use std::path::{Path, PathBuf};

use aos_golden::{Golden, load_golden, load_unverified};
use clap::{Args, Subcommand};

use crate::{error::CliError, exit::Exit, golden::KeyArgs, program::Context};

#[derive(Debug, Subcommand)]
pub(crate) enum GoldenCommand {
    /// Check that goldens are what was signed
    Verify(verify::VerifyArgs),
    /// Show in what two goldens differ
    Diff(diff::DiffArgs),
    /// Run a golden again: call pure skills, take everything else from it, and compare
    Replay(replay::ReplayArgs),
    /// Show what a golden holds
    Show(show::ShowArgs),
    /// Sign a golden that has no signature
    Sign(sign::SignArgs),
    /// Sign goldens anew with another key
    Rekey(rekey::RekeyArgs),
    /// Make a key
    Keygen(keygen::KeygenArgs),
}

impl GoldenCommand {
    pub(crate) fn execute(self, context: &Context) -> Result<Exit, CliError> {
        match self {
            Self::Verify(args) => verify::execute(context, &args),
            Self::Diff(args) => diff::execute(context, &args),
            Self::Replay(args) => replay::execute(context, &args),
            Self::Show(args) => show::execute(context, &args),
            Self::Sign(args) => sign::execute(context, &args),
            Self::Rekey(args) => rekey::execute(context, &args),
            Self::Keygen(args) => keygen::execute(context, &args),
        }
    }
}

/// Which goldens are read.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TrustArgs {
    #[command(flatten)]
    keys: KeyArgs,

    /// Do not look for a signature: anybody may have written the golden
    #[arg(long, conflicts_with = "dev_key")]
    unverified: bool,
}

impl TrustArgs {
    fn load(self, context: &Context, path: &Path) -> Result<Golden, CliError> {
        if self.unverified {
            return Ok(load_unverified(path)?);
        }
        let golden = load_golden(path, &self.keys.verifying()?);
        let golden = golden.map_err(|error| divergence::refused(context, error))?;
        Ok(Golden::clone(&golden))
    }
}

/// Returns a path as answers name it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The goldens that a command is about, as an argument.
#[derive(Debug, Args)]
pub(crate) struct Goldens {
    /// Goldens: files whose names end in `.steps.jsonl`
    #[arg(value_name = "GOLDEN", required = true)]
    goldens: Vec<PathBuf>,
}
