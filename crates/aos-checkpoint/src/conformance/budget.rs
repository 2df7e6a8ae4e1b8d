//! Clauses about budgets: what runs hold, and what they are charged.

use std::time::Duration;

use aos_spec::{
    ErrorCode, Money, RunStatus, StepFailure, StepIndex, StepResult,
    budget::{Account, BudgetLimit, Hold, Holding, Period},
    journal::{JournalEntry, JournalRow},
    port::{CheckpointUpdate, Lease, StoreError},
};

use super::setting::{Setting, refused, run_id};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn cents(cents: u64) -> Money {
    Money::from_cents(cents).expect("in range")
}

fn agent() -> Account {
    "agent/a".parse().expect("an account")
}

fn limit(period: Period, most: u64) -> BudgetLimit {
    BudgetLimit {
        account: agent(),
        period,
        most: cents(most),
    }
}

fn hold(run: &str, limits: &[BudgetLimit], need: u64) -> Hold {
    Hold {
        run_id: run_id(run),
        limits: limits.to_vec(),
        need: cents(need),
        want: cents(need),
    }
}

fn failed(step: u32, attempt: u32, cost: u64) -> JournalRow {
    let failure = StepFailure::new(ErrorCode::Timeout, "late").with_cost(cents(cost));
    let entry = JournalEntry::Failed { attempt, failure };
    entry.to_row(StepIndex(step), 0).expect("it is JSON")
}

fn ended(step: u32, cost: u64) -> JournalRow {
    let mut result = StepResult::completed("first".parse().expect("a step"), "x".into());
    result.cost_cents = cents(cost);
    JournalEntry::Ended(result)
        .to_row(StepIndex(step), 0)
        .expect("it is JSON")
}

impl Setting {
    async fn hold(&self, hold: &Hold) -> Holding {
        self.policy.hold(hold).await.expect("the ledger answers")
    }

    /// Returns what is spent and held in all.
    async fn total(&self) -> (Money, Money) {
        let usage = self.policy.usage(&agent()).await.expect("the ledger answers");
        let total = usage.last().expect("a row for each period");
        (total.spent_cents, total.held_cents)
    }

    /// Gives a run back, twice, as after an answer that was lost on the way.
    async fn leave(&self, lease: &Lease, status: RunStatus) {
        let checkpoint = self.loaded(lease.run_id.as_str()).await.checkpoint;
        let update = CheckpointUpdate {
            expected_version: lease.version,
            status,
            next_step_index: checkpoint.next_step_index,
            last_result_hash: checkpoint.last_result_hash,
            error: None,
            elapsed_ms: 0,
        };
        self.save(lease, update.clone()).await;
        self.save(lease, update).await;
    }
}

pub(super) async fn a_run_is_charged_what_its_journal_says_when_it_lets_go_and_not_again(setting: Setting) {
    let limits = [limit(Period::Total, 100)];
    let worker = setting.worker("one").await;
    let lease = setting.created("run", &worker).await;
    assert_eq!(
        setting.hold(&hold("run", &limits, 40)).await,
        Holding::Held(cents(40))
    );
    assert_eq!(
        setting.hold(&hold("run", &limits, 30)).await,
        Holding::Held(cents(40)),
        "asking never lets a run hold less"
    );
    setting.append(&lease, vec![failed(0, 1, 3), ended(0, 10)]).await;
    assert_eq!(setting.total().await, (cents(0), cents(40)));
    setting.leave(&lease, RunStatus::Paused).await;
    assert_eq!(setting.total().await, (cents(10), cents(0)));

    let lease = setting.acquire("run", &worker).await;
    assert_eq!(
        setting.hold(&hold("run", &limits, 50)).await,
        Holding::Held(cents(50))
    );
    assert_eq!(setting.total().await, (cents(10), cents(40)));
    setting.append(&lease, vec![failed(1, 1, 5)]).await;
    setting.leave(&lease, RunStatus::Cancelled).await;
    assert_eq!(setting.total().await, (cents(15), cents(0)));
}

pub(super) async fn a_limit_without_room_refuses_and_changes_nothing(setting: Setting) {
    let limits = [limit(Period::Day, 50), limit(Period::Total, 60)];
    let worker = setting.worker("one").await;
    for run in ["first", "second"] {
        setting.created(run, &worker).await;
    }
    setting.hold(&hold("first", &limits, 30)).await;
    let Holding::Refused(refusal) = setting.hold(&hold("second", &limits, 21)).await else {
        panic!("granted")
    };
    assert_eq!(
        (refusal.limit.period, refusal.current, refusal.requested),
        (Period::Day, cents(30), cents(21))
    );
    assert_eq!(setting.total().await, (cents(0), cents(30)));
    assert_eq!(
        setting.hold(&hold("second", &limits, 20)).await,
        Holding::Held(cents(20))
    );
}

pub(super) async fn a_new_day_has_room_again_and_the_total_has_not(setting: Setting) {
    let limits = [limit(Period::Day, 50), limit(Period::Total, 60)];
    let worker = setting.worker("one").await;
    setting.created("first", &worker).await;
    setting.hold(&hold("first", &limits, 50)).await;
    setting.harness.advance(DAY).await;
    let worker = setting.worker("one").await;
    setting.created("second", &worker).await;
    let Holding::Refused(refusal) = setting.hold(&hold("second", &limits, 11)).await else {
        panic!("granted")
    };
    assert_eq!(
        (refusal.limit.period, refusal.current),
        (Period::Total, cents(50))
    );
    assert_eq!(
        setting.hold(&hold("second", &limits, 10)).await,
        Holding::Held(cents(10))
    );
}

pub(super) async fn the_whole_of_what_a_run_wants_is_granted_while_it_leaves_room_to_others(
    setting: Setting,
) {
    let limits = [limit(Period::Total, 100)];
    let worker = setting.worker("one").await;
    let wants = |run, want| Hold {
        want: cents(want),
        ..hold(run, &limits, 1)
    };
    for run in ["first", "second"] {
        setting.created(run, &worker).await;
    }
    assert_eq!(setting.hold(&wants("first", 25)).await, Holding::Held(cents(25)));
    assert_eq!(setting.hold(&wants("second", 19)).await, Holding::Held(cents(1)));
}

pub(super) async fn only_running_runs_hold(setting: Setting) {
    let limits = [limit(Period::Total, 100)];
    refused!(
        setting.policy.hold(&hold("unknown", &limits, 1)).await,
        StoreError::NotFound(_)
    );
    let worker = setting.worker("one").await;
    let lease = setting.created("run", &worker).await;
    setting.leave(&lease, RunStatus::Paused).await;
    refused!(
        setting.policy.hold(&hold("run", &limits, 1)).await,
        StoreError::NotFound(_)
    );
}

pub(super) async fn a_crashed_run_keeps_what_it_holds_until_it_is_deleted(setting: Setting) {
    let limits = [limit(Period::Total, 100)];
    let worker = setting.worker("one").await;
    let lease = setting.created("run", &worker).await;
    setting.hold(&hold("run", &limits, 7)).await;
    setting.append(&lease, vec![ended(0, 2)]).await;
    setting
        .store
        .retire(&worker)
        .await
        .expect("a worker can be retired");
    assert_eq!(setting.total().await, (cents(0), cents(7)));
    assert!(
        setting
            .store
            .delete(&run_id("run"))
            .await
            .expect("it can be deleted")
    );
    assert_eq!(setting.total().await, (cents(2), cents(0)));
}

pub(super) async fn of_many_runs_that_ask_at_once_as_many_hold_as_there_is_room_for(setting: Setting) {
    let limits = [limit(Period::Total, 100)];
    let worker = setting.worker("one").await;
    let other = setting.connect_again().await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..16 {
        let run = format!("run-{number}");
        setting.created(&run, &worker).await;
        let policy = if number % 2 == 0 {
            &setting.policy
        } else {
            &other.policy
        };
        let (policy, hold) = (std::sync::Arc::clone(policy), hold(&run, &limits, 15));
        asking.spawn(async move { policy.hold(&hold).await.expect("the ledger answers") });
    }
    let answers = asking.join_all().await;
    let n_held = answers
        .iter()
        .filter(|answer| matches!(answer, Holding::Held(_)))
        .count();
    assert_eq!(n_held, 6, "{answers:?}");
    assert_eq!(setting.total().await, (cents(0), cents(90)));
}
