//! `aos golden sign`.

use std::path::PathBuf;

use aos_golden::sign_golden;
use clap::Args;

use super::{shown, verify::Signed};
use crate::{error::CliError, exit::Exit, golden::KeyArgs, program::Context};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos golden sign nightly.steps.jsonl\n\n\
    For a golden that never had a signature. One that has a bad signature is not signed again: that would hide what was \
    changed.")]
pub(crate) struct SignArgs {
    /// The golden
    #[arg(value_name = "GOLDEN")]
    golden: PathBuf,

    #[command(flatten)]
    keys: KeyArgs,
}

pub(super) fn execute(context: &Context, args: &SignArgs) -> Result<Exit, CliError> {
    let signed = Signed::of(&sign_golden(&args.golden, &args.keys.signing()?)?);
    let text = || format!("signed {}  {}\n", shown(&args.golden), signed.text());
    context.output.answer(text, &signed)?;
    Ok(Exit::Ok)
}
