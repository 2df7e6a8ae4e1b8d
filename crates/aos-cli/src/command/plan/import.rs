//! `aos plan import`: a workflow out of the tool calls of a model.

use std::path::PathBuf;

use aos_sandbox::import;
use aos_spec::source::{Document, Format};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::{error::CliError, exit::Exit, output, program::Context, workflow_file::WorkflowFile};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos plan import answer.json > plan.json && aos plan check plan.json\n\n\
    Each call becomes a step that waits for the one before it. Nothing is corrected on the way: what is wrong with a call \
    is for `aos plan check` to find. An answer without calls ends with 3."
)]
pub(crate) struct ImportArgs {
    /// The answer of the model, or its list of calls, as JSON; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Whose form the calls have; told from the answer when absent
    #[arg(long, value_name = "FORM")]
    from: Option<Form>,
}

/// The form of tool calls.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// `tool_calls` of Chat Completions, or `function_call` items of Responses
    Openai,
    /// `tool_use` blocks of Messages
    Anthropic,
}

pub(crate) fn execute(context: &Context, args: &ImportArgs) -> Result<Exit, CliError> {
    let file = WorkflowFile::read(&args.file)?;
    let document = Document::parse(&file.bytes, Format::Json).map_err(|problems| {
        let mut error = file.refuse(&problems);
        error.message = "the answer of the model is not JSON".into();
        error
    })?;
    let answer = document.value();
    let form = args.from.unwrap_or_else(|| form_of(answer));
    let plan = match form {
        Form::Openai => import::from_openai(answer),
        Form::Anthropic => import::from_anthropic(answer),
    };
    let plan = plan.map_err(|error| {
        CliError::new(error.code(), error.to_string())
            .at(&file.name)
            .instead("give the whole answer of the model, with its tool calls; `--from` names their form")
    })?;
    let text = output::pretty(&plan)? + "\n";
    context.output.answer(|| text.clone(), &plan)?;
    Ok(Exit::Ok)
}

/// Returns the form of an answer: blocks of the kind `tool_use` are Anthropic's.
fn form_of(answer: &Value) -> Form {
    let is_block = |item: &Value| {
        let kind = item.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.ends_with("tool_use"))
    };
    let lists = ["/content", "/message/content", ""].into_iter();
    let mut items = lists
        .filter_map(|path| answer.pointer(path)?.as_array())
        .flatten();
    if items.any(is_block) {
        Form::Anthropic
    } else {
        Form::Openai
    }
}
