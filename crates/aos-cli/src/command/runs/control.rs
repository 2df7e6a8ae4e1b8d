//! `aos runs cancel` and `aos runs pause`.

use aos_engine::Requested;
use clap::Args;
use serde_json::json;

use crate::{
    compose, error::CliError, exit::Exit, ids, program::Context, store,
};

#[derive(Debug, Args)]
pub(crate) struct ControlArgs {
    /// The run: its id, a suffix of at least 4 characters, or `latest`
    #[arg(value_name = "RUN")]
    run: String,
}

/// What is asked of a run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Request {
    Cancel,
    Pause,
}

pub(super) async fn execute(context: &Context, args: &ControlArgs, request: Request) -> Result<Exit, CliError> {
    let store = store::open_existing(context).await?;
    let run_id = ids::resolve(store.as_ref(), &args.run).await?;
    let engine = compose::operator(store)?;
    let requested = match request {
        Request::Cancel => engine.cancel(&run_id).await,
        Request::Pause => engine.pause(&run_id).await,
    };
    let _ = engine.close().await;
    let requested = requested.map_err(|error| CliError::from(error).at(context.store_name()))?;
    let (text, document) = match &requested {
        Requested::OfOwner => (
            format!("asked the engine that executes {run_id}; it acts within about a second\n"),
            json!({ "run_id": run_id, "requested_of_owner": true, "result": null }),
        ),
        Requested::Done(result) => (
            format!("{run_id} is {}\n", result.status),
            json!({ "run_id": run_id, "requested_of_owner": false, "result": result }),
        ),
    };
    context.output.answer(|| text, &document)?;
    let next = match (request, &requested) {
        (_, Requested::OfOwner) => format!("runs watch {}", ids::short(&run_id)),
        (Request::Pause, Requested::Done(_)) => format!("resume {}", ids::short(&run_id)),
        (Request::Cancel, Requested::Done(_)) => return Ok(Exit::Ok),
    };
    context.output.help(&context.command(&next));
    Ok(Exit::Ok)
}
