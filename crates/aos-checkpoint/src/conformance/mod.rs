//! The contracts of [`CheckpointStore`] and
//! [`PolicyStore`] as clauses that any store can be held to.
//!
//! Whoever writes a store gives a [`Harness`] for it and calls [`run`] in a test, within a tokio runtime:
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//!
//! use aos_checkpoint::{
//!     InMemoryCheckpointStore,
//!     conformance::{self, Connection, Harness, ManualClock},
//! };
//!
//! struct InMemory {
//!     clock: ManualClock,
//!     store: InMemoryCheckpointStore,
//! }
//!
//! #[async_trait::async_trait]
//! impl Harness for InMemory {
//!     async fn connect(&self) -> Connection {
//!         Connection::new(self.store.clone())
//!     }
//!
//!     async fn advance(&self, by: Duration) {
//!         self.clock.advance(by);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! conformance::run(async || {
//!     let clock = ManualClock::default();
//!     let store = InMemoryCheckpointStore::new(Arc::new(clock.clone()));
//!     InMemory { clock, store }
//! })
//! .await;
//! # }
//! ```

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a clause that is not kept panics"
)]

mod append;
mod budget;
mod connections;
mod create;
mod delete;
mod keys;
mod lease;
mod list;
mod load;
mod order;
mod rate;
mod request;
mod save;
mod setting;
mod switch;
mod worker;

use std::{
    any::Any,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aos_spec::{
    Timestamp,
    port::{CheckpointStore, Clock, PolicyStore},
};
use async_trait::async_trait;

use setting::Setting;

/// One deployment of a store: data that is empty at first, and time that the suite moves.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Connects to the data as a process does when it starts. A clause may connect several times, and all connections
    /// see the same runs.
    async fn connect(&self) -> Connection;

    /// Moves the time of the store.
    async fn advance(&self, by: Duration);
}

/// A store as one process is connected to it.
#[derive(Clone)]
pub struct Connection {
    runs: Arc<dyn CheckpointStore>,
    policy: Arc<dyn PolicyStore>,
}

impl Connection {
    /// Returns the connection that `store` is.
    pub fn new(store: impl CheckpointStore + PolicyStore + 'static) -> Self {
        let store = Arc::new(store);
        Self {
            runs: Arc::clone(&store) as Arc<dyn CheckpointStore>,
            policy: store,
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// A clock that stands still until it is moved. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl Default for ManualClock {
    /// Returns a clock that shows a moment in 2026.
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_795_458_306_000_000)))
    }
}

impl ManualClock {
    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

type Check = fn(Setting) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// One sentence of the contract, which a store keeps or not.
struct Clause {
    name: &'static str,
    check: Check,
}

/// Declares the table of clauses: functions whose names are the sentences.
macro_rules! clauses {
    ($($group:ident: $($name:ident),+ $(,)?;)+) => {
        const CLAUSES: &[Clause] = &[$($(Clause {
            name: concat!(stringify!($group), "::", stringify!($name)),
            check: |setting| Box::pin($group::$name(setting)),
        }),+),+];
    };
}

clauses! {
    create:
        a_created_run_is_running_and_owned_by_its_worker,
        an_existing_run_is_not_created_again,
        what_a_run_was_started_with_comes_back_unchanged,
        runs_of_one_specification_are_kept_apart,
        of_many_who_create_the_same_run_at_once_one_succeeds;
    append:
        rows_come_back_whole_in_the_order_of_step_kind_and_attempt,
        rows_that_are_there_already_count_as_appended,
        a_row_that_is_there_with_another_hash_is_refused,
        of_a_refused_call_nothing_is_appended,
        rows_of_one_call_may_repeat_but_not_contradict_each_other,
        appending_nothing_succeeds,
        bodies_hold_any_character,
        long_bodies_come_back_whole,
        ten_thousand_rows_come_back;
    save:
        everything_that_is_saved_comes_back,
        each_save_raises_the_version_by_one,
        created_at_is_kept_and_updated_at_is_moved,
        saving_the_same_update_again_changes_nothing,
        an_update_of_another_version_is_refused,
        a_lost_update_is_refused,
        every_state_can_be_saved,
        any_state_but_running_gives_the_lease_back,
        the_state_running_keeps_the_lease;
    load:
        an_unknown_run_is_none,
        the_frontier_of_a_running_run_is_derived_from_its_journal,
        the_frontier_of_any_other_run_is_as_saved,
        a_missing_row_below_the_saved_frontier_is_corruption,
        an_exchanged_row_below_the_saved_frontier_is_corruption,
        a_row_that_does_not_match_its_hash_is_corruption,
        a_run_of_a_newer_format_is_refused,
        loading_changes_nothing;
    lease:
        the_run_of_a_living_worker_is_held,
        an_unknown_run_cannot_be_acquired,
        a_run_that_has_ended_cannot_be_acquired,
        a_run_that_waits_can_be_acquired_and_runs_again,
        a_worker_may_acquire_a_run_that_it_owns,
        each_acquisition_has_a_higher_token,
        an_acquisition_keeps_the_run_and_its_journal,
        an_older_lease_is_fenced_and_changes_nothing,
        a_lease_that_was_never_given_is_fenced,
        a_lease_that_was_given_back_is_fenced,
        a_lease_of_a_deleted_run_is_fenced_even_when_the_run_is_created_again,
        of_many_who_acquire_a_run_at_once_one_succeeds;
    worker:
        a_worker_exists_until_its_time_to_live_has_passed,
        a_heartbeat_extends_the_time_to_live,
        a_heartbeat_brings_an_expired_worker_back,
        a_heartbeat_does_not_bring_back_a_run_that_was_taken_over,
        the_runs_of_a_retired_worker_can_be_acquired_at_once,
        retiring_an_unknown_worker_succeeds,
        a_worker_that_never_registered_owns_nothing,
        the_store_answers_a_ping;
    request:
        a_request_reaches_the_owner_at_each_heartbeat,
        a_request_reaches_nobody_but_the_owner,
        a_cancellation_replaces_a_pause_and_stays,
        a_request_ends_when_the_run_is_given_back,
        a_request_is_forgotten_when_the_run_is_acquired,
        a_request_without_a_living_owner_changes_nothing,
        an_unknown_run_cannot_be_asked;
    delete:
        a_deleted_run_is_gone_with_its_journal,
        an_unknown_run_was_not_deleted,
        the_run_of_a_living_worker_is_not_deleted,
        the_run_of_an_expired_worker_is_deleted,
        a_deleted_run_can_be_created_again_and_is_empty,
        deleting_one_run_leaves_the_others;
    list:
        the_last_written_run_comes_first,
        states_workflow_and_limit_narrow_the_list,
        a_hundred_runs_are_listed_unless_told_otherwise,
        running_runs_are_listed_whoever_owned_them,
        a_line_shows_where_the_run_stands,
        the_owner_is_shown_while_the_lease_holds;
    order:
        writes_take_effect_in_the_order_of_their_calls,
        saves_may_follow_each_other_without_waiting,
        rows_appended_after_giving_the_run_back_are_fenced,
        a_dropped_append_is_settled_by_appending_again,
        a_dropped_save_is_settled_by_saving_again,
        a_dropped_creation_is_settled_by_loading,
        other_dropped_calls_are_settled_by_calling_again,
        many_runs_write_at_once,
        a_refused_call_does_not_disturb_its_neighbours;
    connections:
        all_connections_see_the_same_runs,
        a_worker_of_another_connection_is_respected,
        a_takeover_fences_the_other_connection,
        a_request_reaches_an_owner_on_another_connection;
    budget:
        a_run_is_charged_what_its_journal_says_when_it_lets_go_and_not_again,
        a_limit_without_room_refuses_and_changes_nothing,
        a_new_day_has_room_again_and_the_total_has_not,
        the_whole_of_what_a_run_wants_is_granted_while_it_leaves_room_to_others,
        only_running_runs_hold,
        a_crashed_run_keeps_what_it_holds_until_it_is_deleted,
        of_many_runs_that_ask_at_once_as_many_hold_as_there_is_room_for;
    rate:
        a_rate_grants_its_burst_at_once_and_then_lets_wait,
        a_request_counts_against_all_of_its_rates_or_none,
        all_connections_share_a_rate;
    keys:
        a_key_stands_for_the_request_that_came_first,
        the_same_request_may_claim_its_key_again_from_any_run,
        each_owner_has_keys_of_its_own,
        a_key_outlives_the_run_that_used_it,
        of_many_requests_that_claim_a_key_at_once_one_gets_it;
    switch:
        a_stop_stays_on_until_it_is_released,
        the_switch_counts_its_changes,
        all_connections_see_the_switch;
}

/// Returns the names of all clauses.
pub fn clauses() -> impl Iterator<Item = &'static str> {
    CLAUSES.iter().map(|clause| clause.name)
}

/// Checks every clause, each against a deployment of its own that `fresh` makes.
///
/// # Panics
///
/// When the store does not keep a clause, with all that it does not keep.
///
/// # Cancel safety
///
/// Not safe: when dropped early the clauses that follow are not checked.
pub async fn run<H: Harness + 'static>(fresh: impl AsyncFn() -> H) {
    let mut broken = Vec::new();
    for clause in CLAUSES {
        let setting = Setting::new(Arc::new(fresh().await)).await;
        if let Err(error) = tokio::spawn((clause.check)(setting)).await {
            let reason = match error.try_into_panic() {
                Ok(panic) => message(&*panic),
                Err(error) => error.to_string(),
            };
            broken.push(format!("{}: {reason}", clause.name));
        }
    }
    assert!(
        broken.is_empty(),
        "{} of {} clauses are not kept:\n{}",
        broken.len(),
        CLAUSES.len(),
        broken.join("\n")
    );
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".into())
}
