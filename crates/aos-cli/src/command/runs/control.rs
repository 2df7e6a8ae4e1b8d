//! `aos runs cancel` and `aos runs pause`.

use std::sync::Arc;

use aos_engine::Requested;
use aos_spec::{RunId, port::CheckpointStore};
use serde_json::json;

use crate::{compose, error::CliError, exit::Exit, ids, program::Context};

pub(super) async fn cancel(
    context: &Context,
    store: Arc<dyn CheckpointStore>,
    run_id: &RunId,
) -> Result<Exit, CliError> {
    let engine = compose::operator(store)?;
    let requested = engine.cancel(run_id).await;
    let _ = engine.close().await;
    answer(context, run_id, &requested?, None)
}

pub(super) async fn pause(
    context: &Context,
    store: Arc<dyn CheckpointStore>,
    run_id: &RunId,
) -> Result<Exit, CliError> {
    let engine = compose::operator(store)?;
    let requested = engine.pause(run_id).await;
    let _ = engine.close().await;
    answer(context, run_id, &requested?, Some("resume"))
}

/// Says what became of the request, and what can be done `next` when it is done.
fn answer(
    context: &Context,
    run_id: &RunId,
    requested: &Requested,
    next: Option<&str>,
) -> Result<Exit, CliError> {
    let (text, result, next) = match requested {
        Requested::OfOwner => (
            format!("asked the engine that executes {run_id}; it acts within about a second\n"),
            None,
            Some("runs watch"),
        ),
        Requested::Done(result) => (format!("{run_id} is {}\n", result.status), Some(result), next),
    };
    let document = json!({ "run_id": run_id, "done": result.is_some(), "result": result });
    context.output.answer(|| text, &document)?;
    if let Some(next) = next {
        context
            .output
            .help(&context.command(&format!("{next} {}", ids::short(run_id))));
    }
    Ok(Exit::Ok)
}
