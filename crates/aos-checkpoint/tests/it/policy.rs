//! Budgets, rates and the emergency stop, kept by each store in the same way.

use std::{sync::Arc, time::Duration};

use aos_checkpoint::{Store, conformance::ManualClock};
use aos_spec::{
    ErrorCode, Money, RunId, RunStatus, Seed, StepFailure, StepIndex, StepResult, WorkerId, WorkflowPlan,
    WorkflowSpec,
    budget::{Account, Book, BudgetLimit, Hold, Holding, Period},
    journal::{JournalEntry, JournalRow, RunHeader},
    port::{CheckpointUpdate, Lease, StopScope, StoreError},
    rate::{RateAnswer, RateLimit},
};
use proptest::prelude::*;

const TTL: Duration = Duration::from_secs(3600 * 24 * 365);

fn cents(cents: u64) -> Money {
    Money::from_cents(cents).unwrap()
}

fn run_id(number: usize) -> RunId {
    format!("run-{number}").parse().unwrap()
}

fn agent() -> Account {
    "agent/a".parse().unwrap()
}

fn limit(period: Period, most: u64) -> BudgetLimit {
    BudgetLimit {
        account: agent(),
        period,
        most: cents(most),
    }
}

fn hold(number: usize, limits: &[BudgetLimit], need: u64) -> Hold {
    Hold {
        run_id: run_id(number),
        limits: limits.to_vec(),
        need: cents(need),
        want: cents(need),
    }
}

/// A store with the clock that it goes by, and a worker.
struct Fixture {
    store: Store,
    clock: ManualClock,
    worker: WorkerId,
    _folder: tempfile::TempDir,
}

impl Fixture {
    async fn new(is_in_file: bool) -> Self {
        let (clock, folder) = (ManualClock::default(), tempfile::tempdir().unwrap());
        let url = if is_in_file {
            format!("sqlite:{}/aos.db", folder.path().display())
        } else {
            "memory:".into()
        };
        let store = Store::open(&url.parse().unwrap(), Arc::new(clock.clone()))
            .await
            .unwrap();
        let worker: WorkerId = "worker".parse().unwrap();
        store.port().heartbeat(&worker, TTL).await.unwrap();
        Self {
            store,
            clock,
            worker,
            _folder: folder,
        }
    }

    async fn start(&self, number: usize) -> Lease {
        let step = |id: &str| aos_spec::StepDescriptor::new(id.parse().unwrap(), "noop".parse().unwrap());
        let spec = WorkflowSpec::new("w".parse().unwrap(), vec![step("a"), step("b")]);
        let plan = WorkflowPlan::new(spec).unwrap();
        let header = RunHeader::new(run_id(number), &plan, Seed(1), serde_json::Map::new());
        self.store.port().create(&header, &self.worker).await.unwrap()
    }

    async fn leave(&self, lease: &Lease, status: RunStatus) {
        let stored = self.store.port().load(&lease.run_id).await.unwrap().unwrap();
        let update = CheckpointUpdate {
            expected_version: lease.version,
            status,
            next_step_index: stored.checkpoint.next_step_index,
            last_result_hash: stored.checkpoint.last_result_hash,
            error: None,
            elapsed_ms: 0,
        };
        self.store.port().save(lease, update.clone()).await.unwrap();
        // An answer that was lost on the way is asked for again.
        self.store.port().save(lease, update).await.unwrap();
    }

    /// Returns what is spent and held in all.
    async fn total(&self) -> (Money, Money) {
        let usage = self.store.ledger().usage(&agent()).await.unwrap().pop().unwrap();
        (usage.spent_cents, usage.held_cents)
    }
}

fn failed(step: u32, attempt: u32, cost: u64) -> JournalRow {
    let failure = StepFailure::new(ErrorCode::Timeout, "late").with_cost(cents(cost));
    JournalEntry::Failed { attempt, failure }
        .to_row(StepIndex(step), 0)
        .unwrap()
}

fn ended(step: u32, cost: u64) -> JournalRow {
    let mut result = StepResult::completed("a".parse().unwrap(), "x".into());
    result.cost_cents = cents(cost);
    JournalEntry::Ended(result).to_row(StepIndex(step), 0).unwrap()
}

async fn both(test: impl AsyncFn(Fixture)) {
    for is_in_file in [false, true] {
        test(Fixture::new(is_in_file).await).await;
    }
}

#[tokio::test]
async fn a_run_is_charged_what_its_journal_says_when_it_lets_go_and_not_again() {
    both(async |fixture| {
        let (ledger, limits) = (fixture.store.ledger(), [limit(Period::Total, 100)]);
        let lease = fixture.start(1).await;
        assert_eq!(
            ledger.hold(&hold(1, &limits, 40)).await.unwrap(),
            Holding::Held(cents(40))
        );
        assert_eq!(
            ledger.hold(&hold(1, &limits, 30)).await.unwrap(),
            Holding::Held(cents(40))
        );
        fixture
            .store
            .port()
            .append(&lease, vec![failed(0, 1, 3), ended(0, 10)])
            .await
            .unwrap();
        assert_eq!(fixture.total().await, (cents(0), cents(40)));
        fixture.leave(&lease, RunStatus::Paused).await;
        assert_eq!(fixture.total().await, (cents(10), cents(0)));

        let lease = fixture
            .store
            .port()
            .acquire(&run_id(1), &fixture.worker)
            .await
            .unwrap();
        assert_eq!(
            ledger.hold(&hold(1, &limits, 50)).await.unwrap(),
            Holding::Held(cents(50))
        );
        assert_eq!(fixture.total().await, (cents(10), cents(40)));
        fixture
            .store
            .port()
            .append(&lease, vec![failed(1, 1, 5)])
            .await
            .unwrap();
        fixture.leave(&lease, RunStatus::Cancelled).await;
        assert_eq!(fixture.total().await, (cents(15), cents(0)));
    })
    .await;
}

#[tokio::test]
async fn a_limit_without_room_refuses_and_changes_nothing() {
    both(async |fixture| {
        let limits = [limit(Period::Day, 50), limit(Period::Total, 60)];
        let ledger = fixture.store.ledger();
        fixture.start(1).await;
        fixture.start(2).await;
        ledger.hold(&hold(1, &limits, 30)).await.unwrap();
        let Holding::Refused(refusal) = ledger.hold(&hold(2, &limits, 21)).await.unwrap() else {
            panic!("granted")
        };
        assert_eq!(
            (refusal.limit.period, refusal.current, refusal.requested),
            (Period::Day, cents(30), cents(21))
        );
        assert_eq!(fixture.total().await, (cents(0), cents(30)));
        assert_eq!(
            ledger.hold(&hold(2, &limits, 20)).await.unwrap(),
            Holding::Held(cents(20))
        );
        // A new day has room again, the total has not.
        fixture.clock.advance(Duration::from_secs(24 * 3600));
        fixture.start(3).await;
        let Holding::Refused(refusal) = ledger.hold(&hold(3, &limits, 11)).await.unwrap() else {
            panic!("granted")
        };
        assert_eq!(
            (refusal.limit.period, refusal.current),
            (Period::Total, cents(50))
        );
        assert_eq!(
            ledger.hold(&hold(3, &limits, 10)).await.unwrap(),
            Holding::Held(cents(10))
        );
    })
    .await;
}

#[tokio::test]
async fn the_whole_of_what_a_run_wants_is_granted_only_while_it_leaves_room_to_others() {
    both(async |fixture| {
        let limits = [limit(Period::Total, 100)];
        fixture.start(1).await;
        fixture.start(2).await;
        let wants = |number, want| Hold {
            want: cents(want),
            ..hold(number, &limits, 1)
        };
        assert_eq!(
            fixture.store.ledger().hold(&wants(1, 25)).await.unwrap(),
            Holding::Held(cents(25))
        );
        assert_eq!(
            fixture.store.ledger().hold(&wants(2, 19)).await.unwrap(),
            Holding::Held(cents(1))
        );
    })
    .await;
}

#[tokio::test]
async fn only_running_runs_can_hold_and_a_deleted_one_lets_go() {
    both(async |fixture| {
        let limits = [limit(Period::Total, 100)];
        let unknown = fixture.store.ledger().hold(&hold(9, &limits, 1)).await;
        assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");
        let lease = fixture.start(1).await;
        fixture.store.ledger().hold(&hold(1, &limits, 7)).await.unwrap();
        fixture
            .store
            .port()
            .append(&lease, vec![ended(0, 2)])
            .await
            .unwrap();
        fixture.store.port().retire(&fixture.worker).await.unwrap();
        assert_eq!(
            fixture.total().await,
            (cents(0), cents(7)),
            "a crashed run keeps what it holds"
        );
        assert!(fixture.store.port().delete(&run_id(1)).await.unwrap());
        assert_eq!(fixture.total().await, (cents(2), cents(0)));
    })
    .await;
}

#[tokio::test]
async fn rates_are_kept_with_their_bursts_and_waits() {
    both(async |fixture| {
        let limits = [RateLimit {
            key: "skill/x".into(),
            interval: Duration::from_secs(1),
            burst: 2,
        }];
        let take = async |max_wait| {
            fixture
                .store
                .rates()
                .take(&limits, Duration::from_secs(max_wait))
                .await
                .unwrap()
        };
        let granted = |wait| RateAnswer::Granted {
            wait: Duration::from_secs(wait),
        };
        assert_eq!(take(0).await, granted(0));
        assert_eq!(take(0).await, granted(0));
        let limited = RateAnswer::Limited {
            key: "skill/x".into(),
            retry_after: Duration::from_secs(1),
        };
        assert_eq!(take(0).await, limited, "and it does not count");
        assert_eq!(take(5).await, granted(1));
        assert_eq!(take(5).await, granted(2));
        fixture.clock.advance(Duration::from_secs(10));
        assert_eq!(take(0).await, granted(0));
    })
    .await;
}

#[tokio::test]
async fn the_switch_stays_on_until_it_is_released_and_counts_its_changes() {
    both(async |fixture| {
        let switch = fixture.store.switch();
        let scope: StopScope = "agent/a".parse().unwrap();
        assert_eq!(switch.stop(&StopScope::All, "fire").await.unwrap(), 1);
        assert_eq!(switch.stop(&scope, "loops").await.unwrap(), 2);
        assert_eq!(switch.stop(&scope, "again").await.unwrap(), 2);
        let state = switch.read().await.unwrap();
        let orders: Vec<_> = state
            .orders
            .iter()
            .map(|order| (order.scope.to_string(), &*order.reason))
            .collect();
        assert_eq!(orders, [("all".into(), "fire"), ("agent/a".into(), "loops")]);
        assert!(switch.release(&StopScope::All, "out").await.unwrap());
        assert!(!switch.release(&StopScope::All, "out").await.unwrap());
        let state = switch.read().await.unwrap();
        assert_eq!(
            (state.generation, state.orders.len(), state.orders[0].generation),
            (3, 1, 2)
        );
    })
    .await;
}

/// What one run does next.
#[derive(Debug, Clone)]
enum Act {
    Hold(u64, u64),
    End(u64),
    Leave,
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let act = prop_oneof![
        3 => (0_u64..40, 0_u64..60).prop_map(|(need, more)| Act::Hold(need, need + more)),
        2 => (0_u64..20).prop_map(Act::End),
        1 => Just(Act::Leave),
    ];
    (0_usize..4, act)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_file_answers_as_the_book_does(acts in proptest::collection::vec(act(), 1..40), most in 1_u64..120) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new(true).await;
            let (mut book, limits) = (Book::default(), [limit(Period::Day, most), limit(Period::Total, most)]);
            let (mut leases, mut costs) = (Vec::new(), [(0_u32, 0_u64); 4]);
            for number in 0..4 {
                leases.push(fixture.start(number).await);
            }
            for (number, act) in acts {
                match act {
                    Act::Hold(need, want) => {
                        let hold = Hold { want: cents(want), ..hold(number, &limits, need) };
                        let now = aos_spec::port::Clock::now(&fixture.clock);
                        prop_assert_eq!(fixture.store.ledger().hold(&hold).await.unwrap(), book.hold(&hold, now));
                    }
                    Act::End(cost) => {
                        let (steps, sum) = costs[number];
                        costs[number] = (steps + 1, sum + cost);
                        fixture.store.port().append(&leases[number], vec![ended(steps, cost)]).await.unwrap();
                    }
                    Act::Leave => {
                        fixture.leave(&leases[number], RunStatus::Paused).await;
                        book.settle(&run_id(number), cents(costs[number].1));
                        leases[number] =
                            fixture.store.port().acquire(&run_id(number), &fixture.worker).await.unwrap();
                    }
                }
                let now = aos_spec::port::Clock::now(&fixture.clock);
                prop_assert_eq!(fixture.store.ledger().usage(&agent()).await.unwrap(), book.usage(&agent(), now));
            }
            fixture.store.close().await;
            Ok(())
        })?;
    }
}
