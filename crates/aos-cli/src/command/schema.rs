//! `aos schema`: JSON Schemas of what the program reads and answers.

use aos_spec::{WorkflowResult, schema};
use clap::{Args, ValueEnum};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use crate::{
    error::CliError, exit::Exit, output, problem::ProblemDocument, program::Context, progress::Event,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos schema workflow > workflow.schema.json")]
pub(crate) struct SchemaArgs {
    /// What the schema describes
    #[arg(value_name = "NAME")]
    name: Name,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// Workflow files (draft-07, for editors)
    Workflow,
    /// The answer of `aos run -o json`
    Result,
    /// A line of `aos run -o jsonl`
    Event,
    /// A problem in the answer of `aos validate -o json`
    Problem,
}

pub(crate) fn execute(context: &Context, args: &SchemaArgs) -> Result<Exit, CliError> {
    let schema = match args.name {
        Name::Workflow => schema::workflow(),
        Name::Result => of_answer::<WorkflowResult>(),
        Name::Event => of_answer::<Event<'_>>(),
        Name::Problem => of_answer::<ProblemDocument>(),
    };
    let text = output::pretty(&schema)? + "\n";
    context.output.answer(|| text, &schema)?;
    Ok(Exit::Ok)
}

fn of_answer<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}
