//! `aos golden keygen`.

use std::path::PathBuf;

use aos_golden::{KeyClass, key::create_key_file};
use clap::Args;
use serde::Serialize;

use super::shown;
use crate::{error::CliError, exit::Exit, program::Context};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos golden keygen ~/.config/aos/golden.key\n\n\
    The file is new, and closed to other users. The key itself is never printed.")]
pub(crate) struct KeygenArgs {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// How well the key will be kept: dev, ci or release
    #[arg(long, value_name = "CLASS", default_value = "ci")]
    class: KeyClass,
}

#[derive(Debug, Serialize)]
struct NewKey {
    file: String,
    key_id: String,
    key_class: &'static str,
}

pub(super) fn execute(context: &Context, args: &KeygenArgs) -> Result<Exit, CliError> {
    let key = NewKey {
        key_id: create_key_file(&args.file, args.class)?.to_string(),
        key_class: args.class.as_str(),
        file: shown(&args.file),
    };
    let text = || format!("key {} ({}) in {}\n", key.key_id, key.key_class, key.file);
    context.output.answer(text, &key)?;
    context
        .output
        .help("sign with it: `export AOS_GOLDEN_KEY_FILE=` and the path of the file");
    Ok(Exit::Ok)
}
