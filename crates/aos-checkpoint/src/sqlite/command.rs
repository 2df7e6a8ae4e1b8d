//! What callers ask of the writer.

use std::time::Duration;

use aos_spec::{
    RunId, WorkerId,
    budget::{Hold, Holding},
    port::{KeyAnswer, KeyClaim, Lease, RunRequest, StopScope, StoreError},
    rate::{RateAnswer, RateLimit},
};
use tokio::sync::oneshot;

use super::{append::Append, create::Create, save::Save};

/// What one caller asks, and what it will be answered once that is durable.
#[derive(Debug)]
pub(super) struct Call<Q, A> {
    pub(super) ask: Q,
    pub(super) answer: Option<Result<A, StoreError>>,
    reply: oneshot::Sender<Result<A, StoreError>>,
}

impl<Q, A> Call<Q, A> {
    /// Returns the call and where its answer arrives.
    pub(super) fn new(ask: Q) -> (Self, oneshot::Receiver<Result<A, StoreError>>) {
        let (reply, receiver) = oneshot::channel();
        let call = Self {
            ask,
            answer: None,
            reply,
        };
        (call, receiver)
    }

    /// Tells the caller the answer, or the `failure` of the whole transaction. The caller may be gone.
    pub(super) fn finish(self, failure: Option<&StoreError>) {
        if let Some(answer) = failure.cloned().map(Err).or(self.answer) {
            let _ = self.reply.send(answer);
        }
    }
}

/// A call of any kind.
#[derive(Debug)]
pub(super) enum Command {
    Create(Call<Create, Lease>),
    Append(Call<Append, ()>),
    Save(Call<Save, u64>),
    Other(Other),
}

/// A call that is rare enough for statements of its own.
#[derive(Debug)]
pub(super) enum Other {
    Heartbeat(Call<(WorkerId, Duration), Vec<(RunId, RunRequest)>>),
    Acquire(Call<(RunId, WorkerId), Lease>),
    Request(Call<(RunId, RunRequest), bool>),
    Delete(Call<RunId, bool>),
    Retire(Call<WorkerId, ()>),
    Hold(Call<Hold, Holding>),
    Take(Call<(Vec<RateLimit>, Duration), RateAnswer>),
    Claim(Call<KeyClaim, KeyAnswer>),
    Stop(Call<(StopScope, String), u64>),
    Release(Call<(StopScope, String), bool>),
}

impl Other {
    /// As [`Call::finish`].
    pub(super) fn finish(self, failure: Option<&StoreError>) {
        match self {
            Self::Heartbeat(call) => call.finish(failure),
            Self::Acquire(call) => call.finish(failure),
            Self::Request(call) => call.finish(failure),
            Self::Delete(call) => call.finish(failure),
            Self::Retire(call) => call.finish(failure),
            Self::Hold(call) => call.finish(failure),
            Self::Take(call) => call.finish(failure),
            Self::Claim(call) => call.finish(failure),
            Self::Stop(call) => call.finish(failure),
            Self::Release(call) => call.finish(failure),
        }
    }
}
