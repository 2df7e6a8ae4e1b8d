//! One attempt of a step, in its own task: time limit, cancellation, panics.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use aos_spec::{ErrorCode, StepContext, StepFailure, port::Skill};
use futures_util::FutureExt;
use tokio::time::{Instant, timeout};

use super::{AttemptEnd, trace};
use crate::machine::Answer;

/// Invokes `skill`, and returns within its time limit plus `grace`.
pub(super) async fn run(skill: Arc<dyn Skill>, context: StepContext, grace: Duration) -> AttemptEnd {
    let began = Instant::now();
    let answer = answer(&*skill, &context, grace).await;
    if let Answer::Skill(Err(failure)) = &answer {
        trace::failed(failure.code);
    }
    AttemptEnd {
        step: context.step_index,
        answer,
        duration: began.elapsed(),
    }
}

async fn answer(skill: &dyn Skill, context: &StepContext, grace: Duration) -> Answer {
    // The call itself may panic, not only the future that it returns.
    let invocation = AssertUnwindSafe(async { skill.invoke(context).await }).catch_unwind();
    let mut invocation = std::pin::pin!(invocation);
    let limit = async {
        match context.timeout {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    let is_late = tokio::select! {
        biased;
        outcome = &mut invocation => {
            // A skill may notice the cancellation before this does; its failure is that of being cancelled, too.
            return match outcome.unwrap_or_else(|panic| Err(panicked(&*panic))) {
                Err(_) if context.cancellation.is_cancelled() => Answer::Cancelled,
                outcome => Answer::Skill(outcome),
            };
        }
        () = context.cancellation.cancelled() => false,
        () = limit => true,
    };
    context.cancellation.cancel();
    // An answer that comes all the same counts: its effect has happened. A failure is that of being cancelled.
    match (timeout(grace, invocation).await, context.timeout) {
        (Ok(Ok(Ok(output))), _) => Answer::Skill(Ok(output)),
        (_, Some(limit)) if is_late => {
            let message = format!("the attempt took longer than {} s", limit.as_secs_f64());
            Answer::Skill(Err(StepFailure::new(ErrorCode::Timeout, message)))
        }
        _ => Answer::Cancelled,
    }
}

fn panicked(panic: &(dyn Any + Send)) -> StepFailure {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    StepFailure::new(
        ErrorCode::ExecutionError,
        format!("the skill panicked: {}", message.unwrap_or("no message")),
    )
}
