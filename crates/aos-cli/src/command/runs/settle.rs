//! `aos runs settle`: a person's decision about an effect whose end is unknown.

use std::sync::Arc;

use aos_engine::Settlement;
use aos_spec::{ErrorCode, RunId, RunStatus, StepFailure, StepId, port::CheckpointStore};
use clap::Args;
use serde_json::Value;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    ids::{self, RunName},
    program::Context,
};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos runs settle latest charge --completed '{\"receipt\": 881}'\n\
    Example: aos runs settle latest charge --failed 'HTTP_5XX:the bank answered 500'\n\n\
    A run is suspended when a crash left unknown whether a step that must not be repeated has happened. Find out, tell \
    it here, then go on with `aos resume`."
)]
pub(crate) struct SettleArgs {
    #[command(flatten)]
    pub(super) run: RunName,

    /// The step
    #[arg(value_name = "STEP")]
    step: StepId,

    #[command(flatten)]
    decision: Decision,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Decision {
    /// It happened, with this output
    #[arg(long, value_name = "JSON", value_parser = json)]
    completed: Option<Value>,

    /// It did not happen; the step has failed with this code
    #[arg(long, value_name = "CODE:MESSAGE", value_parser = failure)]
    failed: Option<(ErrorCode, String)>,

    /// It did not happen; attempt it once more when the run is resumed
    #[arg(long)]
    repeat: bool,

    /// Nobody can tell: give the run up
    #[arg(long)]
    abort: bool,
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))
}

fn failure(text: &str) -> Result<(ErrorCode, String), String> {
    let (code, message) = text.split_once(':').ok_or("write it as CODE:MESSAGE")?;
    let code = code
        .parse()
        .map_err(|error| format!("{error}; `aos explain` lists the codes"))?;
    Ok((code, message.trim_start().into()))
}

impl Decision {
    fn into_settlement(self) -> Settlement {
        // The arguments hold exactly one of the four.
        match (self.completed, self.failed) {
            (Some(output), _) => Settlement::Completed(output),
            (None, Some((code, message))) => Settlement::Failed(StepFailure::new(code, message)),
            (None, None) if self.repeat => Settlement::Repeat,
            (None, None) => Settlement::Abort,
        }
    }
}

pub(super) async fn execute(
    context: &Context,
    store: Arc<dyn CheckpointStore>,
    run_id: &RunId,
    args: SettleArgs,
) -> Result<Exit, CliError> {
    let engine = compose::operator(store)?;
    let result = engine
        .settle(run_id, &args.step, args.decision.into_settlement())
        .await;
    let _ = engine.close().await;
    let result = result?;
    context
        .output
        .answer(|| format!("{run_id} is {}\n", result.status), &result)?;
    if result.status == RunStatus::Paused {
        context
            .output
            .help(&context.command(&format!("resume {}", ids::short(run_id))));
    }
    Ok(Exit::Ok)
}
