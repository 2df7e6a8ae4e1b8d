//! The writes of one run, strictly one after the other: what is asked for while a write is under way goes into the next
//! one together. So a run of quick steps writes far fewer times than it has steps.

use std::{sync::Arc, time::Duration};

use aos_spec::{
    journal::JournalRow,
    port::{CheckpointStore, CheckpointUpdate, Lease, StoreError},
};
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tracing::Instrument;

use super::trace;
use crate::{again::persistently, machine::WriteNumber};

/// One write to the store that has ended.
pub(super) struct Written {
    /// The last number that the write made durable.
    pub(super) write: WriteNumber,
    /// The number of rows in it.
    pub(super) rows: usize,
    pub(super) duration: Duration,
    pub(super) outcome: Result<(), StoreError>,
}

pub(super) struct Writer {
    store: Arc<dyn CheckpointStore>,
    lease: Arc<Lease>,
    rows: Vec<JournalRow>,
    /// The number of the last row in `rows`.
    last_row: WriteNumber,
    update: Option<(WriteNumber, CheckpointUpdate)>,
    under_way: Option<BoxFuture<'static, Written>>,
}

impl Writer {
    pub(super) fn new(store: Arc<dyn CheckpointStore>, lease: Lease) -> Self {
        Self {
            store,
            lease: Arc::new(lease),
            rows: Vec::new(),
            last_row: 0,
            update: None,
            under_way: None,
        }
    }

    /// Returns the version of the checkpoint that the next update expects.
    pub(super) fn version(&self) -> u64 {
        self.lease.version
    }

    pub(super) fn append(&mut self, write: WriteNumber, row: JournalRow) {
        self.rows.push(row);
        self.last_row = write;
    }

    pub(super) fn save(&mut self, write: WriteNumber, update: CheckpointUpdate) {
        self.update = Some((write, update));
    }

    /// Whether a write is under way.
    pub(super) const fn is_writing(&self) -> bool {
        self.under_way.is_some()
    }

    /// Begins the next write, if there is something to write and none is under way.
    pub(super) fn begin(&mut self) {
        if self.under_way.is_some() {
            return;
        }
        let (store, lease) = (Arc::clone(&self.store), Arc::clone(&self.lease));
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            let write = self.last_row;
            let span = trace::commit(&lease.run_id, rows.len());
            self.under_way = Some(Box::pin(
                async move {
                    let began = Instant::now();
                    let outcome =
                        persistently(lease.run_id.as_str(), || store.append(&lease, rows.clone())).await;
                    Written {
                        write,
                        rows: rows.len(),
                        duration: began.elapsed(),
                        outcome,
                    }
                }
                .instrument(span),
            ));
        } else if let Some((write, update)) = self.update.take() {
            let span = trace::commit(&lease.run_id, 0);
            self.under_way = Some(Box::pin(
                async move {
                    let began = Instant::now();
                    let outcome =
                        persistently(lease.run_id.as_str(), || store.save(&lease, update.clone())).await;
                    Written {
                        write,
                        rows: 0,
                        duration: began.elapsed(),
                        outcome: outcome.map(drop),
                    }
                }
                .instrument(span),
            ));
        }
    }

    /// Waits for the write that is under way; forever when there is none.
    ///
    /// # Cancel safety
    ///
    /// Safe: the write goes on to be under way.
    pub(super) async fn written(&mut self) -> Written {
        let written = match &mut self.under_way {
            Some(write) => write.await,
            None => std::future::pending().await,
        };
        self.under_way = None;
        written
    }
}
