//! What goes into one transaction.

use std::collections::{BTreeSet, VecDeque};

use aos_spec::port::{Lease, StoreError};

use super::{
    append::Append,
    command::{Call, Command, Other},
    create::Create,
    save::Save,
};

/// How many calls one transaction carries at most.
pub(super) const MAX_CALLS: usize = 1024;

/// How many bytes one transaction carries, so that one statement stays far below what SQLite can bind. A greater call
/// goes alone.
const MAX_BYTES: usize = 8 << 20;

/// The calls of one transaction, by kind. They take effect in the order of the fields.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) creates: Vec<Call<Create, Lease>>,
    pub(super) appends: Vec<Call<Append, ()>>,
    // INVARIANT: each of another run.
    pub(super) saves: Vec<Call<Save, u64>>,
    pub(super) others: Vec<Other>,
}

impl Batch {
    /// Takes calls from the front of `queue` for one transaction. Those for which the order of kinds would change the
    /// order of the writes of one lease stay in the queue, and so does what follows them for the same run.
    pub(super) fn take(queue: &mut VecDeque<Command>) -> Self {
        let mut batch = Self::default();
        let mut saved = BTreeSet::new();
        let mut n_bytes = 0;
        let mut waiting = VecDeque::new();
        for (n_calls, command) in queue.drain(..).enumerate() {
            let (size, run_id) = match &command {
                Command::Create(call) => (call.ask.size(), None),
                Command::Append(call) => (call.ask.size(), Some(&call.ask.lease().run_id)),
                Command::Save(call) => (call.ask.size(), Some(&call.ask.lease().run_id)),
                Command::Other(_) => (0, None),
            };
            let is_full = n_calls >= MAX_CALLS || n_calls > 0 && n_bytes + size > MAX_BYTES;
            let is_late = !saved.is_empty() && run_id.is_some_and(|run_id| saved.contains(run_id));
            n_bytes += size;
            if is_full || is_late {
                waiting.push_back(command);
                continue;
            }
            match command {
                Command::Create(call) => batch.creates.push(call),
                Command::Append(call) => batch.appends.push(call),
                Command::Save(call) => {
                    saved.insert(call.ask.lease().run_id.clone());
                    batch.saves.push(call);
                }
                Command::Other(other) => batch.others.push(other),
            }
        }
        *queue = waiting;
        batch
    }

    /// Returns the number of calls.
    pub(super) const fn len(&self) -> usize {
        self.creates.len() + self.appends.len() + self.saves.len() + self.others.len()
    }

    /// Whether the batch only appends, so that it can be one statement.
    pub(super) const fn only_appends(&self) -> bool {
        self.appends.len() == self.len()
    }

    /// Tells all callers their answers, or the `failure` of the transaction.
    pub(super) fn finish(self, failure: Option<&StoreError>) {
        self.creates.into_iter().for_each(|call| call.finish(failure));
        self.appends.into_iter().for_each(|call| call.finish(failure));
        self.saves.into_iter().for_each(|call| call.finish(failure));
        self.others.into_iter().for_each(|other| other.finish(failure));
    }
}
