//! `aos completions`: what a shell needs to complete our arguments.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{args::Cli, error::CliError, exit::Exit, program::Context};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos completions bash > ~/.local/share/bash-completion/completions/aos")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn execute(context: &Context, args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "aos", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let document = serde_json::json!({ "shell": args.shell.to_string(), "script": script });
    context.output.answer(|| script, &document)?;
    Ok(Exit::Ok)
}
