//! `aos golden rekey`.

use aos_golden::rekey_golden;
use clap::Args;

use super::{Goldens, shown, verify::Signed};
use crate::{error::CliError, exit::Exit, golden::KeyArgs, program::Context};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos golden rekey goldens/nightly.steps.jsonl\n\n\
    Put the new key on the first line of the file that AOS_GOLDEN_KEY_FILE names, and the old one behind it: the old \
    signature is verified first. With `--dev-key` the old one may be the published development key.")]
pub(crate) struct RekeyArgs {
    #[command(flatten)]
    goldens: Goldens,

    #[command(flatten)]
    keys: KeyArgs,
}

pub(super) fn execute(context: &Context, args: &RekeyArgs) -> Result<Exit, CliError> {
    let ring = args.keys.renewing()?;
    let mut signed = Vec::new();
    for path in &args.goldens.goldens {
        let golden = rekey_golden(path, &ring, ring.signing_key())?;
        signed.push(Signed::of(&golden));
    }
    let text = || {
        let goldens = args.goldens.goldens.iter().zip(&signed);
        let lines = goldens.map(|(path, signed)| format!("signed {}  {}\n", shown(path), signed.text()));
        lines.collect()
    };
    context.output.list(text, "goldens", &signed)?;
    Ok(Exit::Ok)
}
