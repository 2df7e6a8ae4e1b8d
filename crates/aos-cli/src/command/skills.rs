//! `aos skills`: what workflows can call.

use std::path::Path;

use aos_spec::{ErrorCode, SkillManifest, check::did_you_mean};
use clap::{Args, Subcommand};

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    output,
    program::Context,
    render::{
        style,
        table::{Cell, Table},
    },
};

#[derive(Debug, Subcommand)]
pub(crate) enum SkillsCommand {
    /// List the skills that workflows can call
    #[command(after_help = "Example: aos skills list")]
    List,
    /// Show what a skill does, and the schemas of its inputs and output
    Show(ShowArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos skills show file_read")]
pub(crate) struct ShowArgs {
    /// The skill
    #[arg(value_name = "SKILL")]
    skill: String,
}

pub(crate) fn execute(context: &Context, command: &SkillsCommand) -> Result<Exit, CliError> {
    let skills = compose::skills(Path::new("."))?;
    let manifests: Vec<_> = skills.manifests().collect();
    match command {
        SkillsCommand::List => context.output.list(|| list(&manifests), "skills", &manifests)?,
        SkillsCommand::Show(args) => {
            let Some(skill) = skills.get(&args.skill) else {
                return Err(unknown(&args.skill, &manifests));
            };
            let text = show(skill.manifest())?;
            context.output.answer(|| text, skill.manifest())?;
        }
    }
    Ok(Exit::Ok)
}

fn list(manifests: &[&SkillManifest]) -> String {
    let mut table = Table::new(["SKILL", "VERSION", "EFFECT", "WHAT IT DOES"]);
    for manifest in manifests {
        let effect = if manifest.effect.is_outside() {
            style::WAITING
        } else {
            style::GOOD
        };
        table.row([
            manifest.id.as_str().into(),
            manifest.version.as_str().into(),
            Cell::new(manifest.effect.as_str(), effect),
            manifest.description.as_str().into(),
        ]);
    }
    table.render()
}

fn show(manifest: &SkillManifest) -> Result<String, CliError> {
    let key = if manifest.needs_idempotency_key {
        ", needs an `idempotency_key`"
    } else {
        ""
    };
    Ok(format!(
        "{}  version {}, effect {}{key}\n{}\n\ninputs\n{}\n\noutput\n{}\n",
        style::paint(style::STRONG, &manifest.id),
        manifest.version,
        manifest.effect,
        manifest.description,
        output::pretty(&manifest.input_schema)?,
        output::pretty(&manifest.output_schema)?,
    ))
}

fn unknown(skill: &str, manifests: &[&SkillManifest]) -> CliError {
    let error = CliError::new(ErrorCode::SkillNotFound, format!("there is no skill `{skill}`"))
        .ending(Exit::NotFound);
    match did_you_mean(skill, manifests.iter().map(|manifest| manifest.id.as_str())) {
        Some(help) => error.instead(help),
        None => error.instead("`aos skills list` shows the skills"),
    }
}
